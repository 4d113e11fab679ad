using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AsyncStack.Api.Jobs.Events;

/// <summary>One step of a job's way.</summary>
/// <param name="Id">Its number for ever; grows along a job's history, with gaps.</param>
/// <param name="Event"><c>created</c>, <c>started</c>, <c>processing</c>, <c>finished</c>, <c>failed</c>, <c>canceled</c> or <c>retrying</c>.</param>
/// <param name="Attempt">The attempt it belongs to; 0 before the first.</param>
/// <param name="Detail">Why, where there is a reason.</param>
/// <param name="At">When.</param>
internal sealed record JobEventView(
    long Id,
    [property: AllowedValues("created", "started", "processing", "finished", "failed", "canceled", "retrying")] string Event,
    int Attempt,
    string? Detail,
    DateTimeOffset At);

/// <summary>How far a running job is.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Progress">From 0 to 1.</param>
internal sealed record JobProgressView(int Attempt, double Progress);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<JobEventView>))]
[JsonSerializable(typeof(JobProgressView))]
internal sealed partial class JobEventsJson : JsonSerializerContext;
