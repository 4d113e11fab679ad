namespace AsyncStack.Hosting.Publishing.Graph;

/// <summary>One resource connects to a port of another.</summary>
internal sealed record Edge(string From, string To, string Endpoint, int Port);

/// <summary>A port a resource listens on.</summary>
internal sealed record PublishedPort(string Name, int Number, bool IsHttp, bool IsHttp2, bool IsExternal, string? Variable);
