using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Webhooks;

namespace AsyncStack.Api.Webhooks;

/// <summary>A delivery in a list.</summary>
/// <param name="Id">Its id; the <c>webhook-id</c> of its requests is <c>msg_</c> and this.</param>
/// <param name="JobId">The job it tells of.</param>
/// <param name="CorrelationId">What the submitter knows the job by.</param>
/// <param name="EventType"><c>job.completed</c>, <c>job.failed</c> or <c>job.canceled</c>.</param>
/// <param name="TargetUrl">Where it goes.</param>
/// <param name="State"><c>pending</c>, <c>delivered</c> or <c>dead</c>.</param>
/// <param name="Attempts">Attempts made.</param>
/// <param name="NextAttemptAt">When it is sent (again), or taken over from a notifier that died while sending; null when it is not.</param>
/// <param name="LastStatus">HTTP status of the last attempt, null when no answer came.</param>
/// <param name="LastError">Why the last attempt failed, or why there was none.</param>
/// <param name="CreatedAt">When the event was taken up.</param>
/// <param name="FinishedAt">When it was delivered or given up.</param>
internal record DeliveryView(
    Guid Id,
    Guid JobId,
    string CorrelationId,
    string EventType,
    string TargetUrl,
    [property: AllowedValues("pending", "delivered", "dead")] string State,
    int Attempts,
    DateTimeOffset? NextAttemptAt,
    int? LastStatus,
    string? LastError,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt)
{
    public static DeliveryView Of(WebhookDelivery d) => new(
        d.Id, d.JobId, d.CorrelationId, d.EventType, d.TargetUrl, d.State, d.Attempts, d.NextAttemptAt, d.LastStatus, d.LastError,
        d.CreatedAt, d.FinishedAt);
}

/// <summary>A delivery with its body and every attempt.</summary>
internal sealed record DeliveryDetail : DeliveryView
{
    public DeliveryDetail(DeliveryView delivery, string body, List<AttemptView> attemptLog)
        : base(delivery) => (Body, AttemptLog) = (body, attemptLog);

    /// <summary>What was signed and sent.</summary>
    [JsonConverter(typeof(RawJsonConverter))]
    public string Body { get; }

    /// <summary>The attempts, the first one first.</summary>
    public List<AttemptView> AttemptLog { get; }
}

/// <summary>One request and what came of it.</summary>
/// <param name="Attempt">Its number, from 1.</param>
/// <param name="At">When it was sent.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
/// <param name="Status">HTTP status, null when no answer came.</param>
/// <param name="Error">What went wrong.</param>
/// <param name="ResponseBody">The first KiB of the answer's body.</param>
/// <param name="NextAttemptAt">When the next attempt was due; null after the last one.</param>
internal sealed record AttemptView(
    int Attempt, DateTimeOffset At, int DurationMs, int? Status, string? Error, string? ResponseBody, DateTimeOffset? NextAttemptAt)
{
    public static AttemptView Of(WebhookAttempt a) =>
        new(a.Attempt, a.At, a.DurationMs, a.Status, a.Error, a.ResponseBody, a.NextAttemptAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<DeliveryView>))]
[JsonSerializable(typeof(DeliveryDetail))]
internal sealed partial class WebhooksJson : JsonSerializerContext;
