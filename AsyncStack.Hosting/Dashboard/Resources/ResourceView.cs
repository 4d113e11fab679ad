using System.Text.Json.Serialization;

namespace AsyncStack.Hosting.Dashboard.Resources;

/// <summary>A resource as the dashboard shows it; times in milliseconds since the Unix epoch.</summary>
internal sealed record ResourceView(
    string Name,
    string Type,
    string State,
    string? Health,
    string Display,
    string? Reason,
    long? StartedAt,
    long? StoppedAt,
    int? ExitCode,
    string Source,
    IReadOnlyList<UrlView> Urls,
    IReadOnlyList<string> References,
    IReadOnlyList<string> WaitsFor,
    string? Parent,
    IReadOnlyList<ReplicaView> Replicas,
    IReadOnlyList<CommandView> Commands,
    string? TelemetryName);

/// <summary>An address of a resource.</summary>
internal sealed record UrlView(string Name, string Url, string? Text);

/// <summary>One process of a resource.</summary>
internal sealed record ReplicaView(int Index, string State, int? Pid, string? Health, long? StartedAt, int Restarts, int? ExitCode, string? Reason);

/// <summary>What can be done with a resource.</summary>
internal sealed record CommandView(string Name, string DisplayName, string? Description, string? Confirmation, bool Enabled);

/// <summary>What a replica's processes use: processor cores and bytes of memory.</summary>
internal sealed record UsageView(string Name, int Replica, double Cpu, long MemoryBytes);

/// <summary>A variable of a resource's environment; a secret's value is null until it is asked for.</summary>
internal sealed record VariableView(string Name, string? Value, bool Secret);

/// <summary>A line of a resource's console.</summary>
internal sealed record LineView(int N, long At, int Replica, bool Error, string Text);

/// <summary>Resources: all, or those that changed.</summary>
internal sealed record ResourceList(IReadOnlyList<ResourceView> Resources);

/// <summary>What replicas use.</summary>
internal sealed record UsageList(IReadOnlyList<UsageView> Usage);

/// <summary>Variables of one resource.</summary>
internal sealed record VariableList(IReadOnlyList<VariableView> Variables);

/// <summary>A secret that was asked for.</summary>
internal sealed record RevealedValue(string Value);

/// <summary>A command did what it is for.</summary>
internal sealed record CommandDone(bool Success);

/// <summary>Lines of a console, oldest first.</summary>
/// <param name="Lines">The lines.</param>
/// <param name="Skipped">Lines before them that are no longer kept and that the reader has not seen.</param>
internal sealed record LineNews(IReadOnlyList<LineView> Lines, long Skipped);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ResourceView))]
[JsonSerializable(typeof(ResourceList))]
[JsonSerializable(typeof(UsageList))]
[JsonSerializable(typeof(VariableList))]
[JsonSerializable(typeof(RevealedValue))]
[JsonSerializable(typeof(CommandDone))]
[JsonSerializable(typeof(LineNews))]
internal sealed partial class ResourceJson : JsonSerializerContext;
