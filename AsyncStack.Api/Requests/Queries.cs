namespace AsyncStack.Api.Requests;

/// <summary>Reads the query of a request.</summary>
internal static class Queries
{
    /// <summary>The text of a field; null when it is absent or empty.</summary>
    public static string? QueryText(this HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;
}
