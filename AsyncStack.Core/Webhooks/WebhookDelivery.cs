namespace AsyncStack.Core.Webhooks;

/// <summary>One event on its way to one target; its id, prefixed <c>msg_</c>, is the <c>webhook-id</c> of every attempt.</summary>
public sealed class WebhookDelivery
{
    public Guid Id { get; init; }

    public Guid JobId { get; init; }

    public int JobAttempt { get; init; }

    /// <summary>Which of the job's ends it tells: a job that was run again ends again.</summary>
    public DateTimeOffset JobFinishedAt { get; init; }

    public required string CorrelationId { get; init; }

    public required string EventType { get; init; }

    public required string TargetUrl { get; init; }

    /// <summary>The body as it is signed and sent, the same in every attempt.</summary>
    public required string Body { get; init; }

    /// <summary><c>pending</c>, <c>delivered</c> or <c>dead</c>.</summary>
    public required string State { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    public int? LastStatus { get; set; }

    public string? LastError { get; set; }

    public string? Traceparent { get; init; }
}

/// <summary>One request made for a delivery and what came of it.</summary>
public sealed class WebhookAttempt
{
    public Guid DeliveryId { get; init; }

    public int Attempt { get; init; }

    public DateTimeOffset At { get; init; }

    public int DurationMs { get; init; }

    /// <summary>HTTP status, null when no answer came.</summary>
    public int? Status { get; init; }

    public string? Error { get; init; }

    /// <summary>The first KiB of the answer's body.</summary>
    public string? ResponseBody { get; init; }

    public DateTimeOffset? NextAttemptAt { get; init; }
}
