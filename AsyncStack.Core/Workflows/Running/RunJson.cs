using System.Text.Json;
using System.Text.Json.Serialization;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>What templates know of a run.</summary>
internal sealed record RunDescription(Guid Id, string Workflow, int Version, DateTimeOffset? ScheduledAt);

/// <summary>The payload of a run's own job.</summary>
internal sealed record RunPayload(string Workflow, int Version, JsonElement Input);

/// <summary>The body of an event about a run.</summary>
internal sealed record RunEvent(
    string Type, DateTimeOffset Timestamp, Guid RunId, string Workflow, int Version, string State, Guid? ParentRunId, DateTimeOffset? ScheduledAt, string? Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(RunDescription))]
[JsonSerializable(typeof(RunPayload))]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(Guid))]
internal sealed partial class RunJson : JsonSerializerContext;
