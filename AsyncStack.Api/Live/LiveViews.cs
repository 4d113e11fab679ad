using System.Text.Json.Serialization;
using AsyncStack.Api.Jobs;
using AsyncStack.Api.Stats;

namespace AsyncStack.Api.Live;

/// <summary>Jobs that changed, as the events <c>jobs</c> and <c>missed</c> tell.</summary>
/// <param name="Created">How many were accepted.</param>
/// <param name="Completed">How many completed.</param>
/// <param name="Failed">How many failed for good.</param>
/// <param name="Canceled">How many were canceled.</param>
/// <param name="Skipped">How many changed beside those of <paramref name="Jobs"/>.</param>
/// <param name="Jobs">The latest that changed, as <c>GET /jobs</c> shows them now, 100 at the most.</param>
internal sealed record LiveJobs(int Created, int Completed, int Failed, int Canceled, int Skipped, IReadOnlyList<JobView> Jobs);

/// <summary>What else changed, as the event <c>changed</c> tells.</summary>
/// <param name="Topics"><c>jobs</c>, <c>datasets</c>, <c>deliveries</c>, <c>audit</c>, <c>dead_letters</c>, <c>events</c>, <c>messages</c>, <c>workers</c> or <c>workflows</c>: read again what is shown of these.</param>
internal sealed record LiveChanged(IReadOnlyList<string> Topics);

/// <summary>What one event of the stream holds, by the event's name.</summary>
/// <param name="Jobs">Of <c>jobs</c> and <c>missed</c>.</param>
/// <param name="Changed">Of <c>changed</c>.</param>
/// <param name="Stats">Of <c>stats</c>.</param>
internal sealed record LiveEvent(LiveJobs Jobs, LiveChanged Changed, StatsView Stats);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LiveJobs))]
[JsonSerializable(typeof(LiveChanged))]
internal sealed partial class LiveJson : JsonSerializerContext;
