using System.Text.Json.Serialization;

namespace AsyncStack.Api.Stats;

/// <summary>The body of <c>/stats</c>. What could not be read is null and named in <paramref name="Missing"/>.</summary>
/// <param name="Queues">Every queue by its name.</param>
/// <param name="Cache">The cache.</param>
/// <param name="Worker">What the workers did and do, all together.</param>
/// <param name="Outbox">Messages that have not reached the broker.</param>
/// <param name="Missing">Why a part is null, by the part's path, such as <c>worker.in_progress</c>; left out when nothing is.</param>
internal sealed record StatsView(
    IReadOnlyDictionary<string, QueueStats>? Queues,
    CacheStats? Cache,
    WorkerStats Worker,
    OutboxStats? Outbox,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Missing = null);

/// <summary>A queue.</summary>
/// <param name="Ready">Messages that wait for a consumer.</param>
/// <param name="Unacknowledged">Messages that a consumer has and has not acknowledged.</param>
/// <param name="Consumers">Its consumers.</param>
internal sealed record QueueStats(long Ready, long? Unacknowledged, long Consumers);

/// <summary>The cache.</summary>
/// <param name="Keys">Keys in Redis.</param>
/// <param name="Hits">Ended tasks answered from it.</param>
/// <param name="Misses">Ended tasks that had to be read from the database.</param>
/// <param name="HitRatio">Hits of both, from 0 to 1; 0 before the first.</param>
internal sealed record CacheStats(long Keys, long Hits, long Misses, double HitRatio);

/// <summary>What the workers did since Redis was empty, and do.</summary>
/// <param name="Processed">Jobs that ended, however they ended.</param>
/// <param name="Failed">Those of them that failed for good.</param>
/// <param name="Retried">Attempts that were followed by another.</param>
/// <param name="InProgress">Jobs that workers run now.</param>
internal sealed record WorkerStats(long? Processed, long? Failed, long? Retried, long? InProgress);

/// <summary>Messages that are committed and not confirmed by the broker.</summary>
/// <param name="Pending">How many.</param>
/// <param name="OldestAgeSeconds">How long the oldest has been waiting; 0 when none is.</param>
internal sealed record OutboxStats(long Pending, double OldestAgeSeconds);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StatsView))]
internal sealed partial class StatsJson : JsonSerializerContext;
