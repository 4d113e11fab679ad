namespace AsyncStack.Notifier.Delivery;

/// <summary>What one request came to.</summary>
/// <param name="At">When it was sent.</param>
/// <param name="Duration">Until its end.</param>
/// <param name="Status">HTTP status, null when no answer came.</param>
/// <param name="Error">What went wrong, null for a status of 2xx.</param>
/// <param name="Refused">The target may not be called at all.</param>
/// <param name="RetryAfter">When the target asked to be called again.</param>
/// <param name="ResponseBody">The first KiB of the answer's body as text.</param>
/// <param name="ErrorType">What kind of failure it was when no answer came.</param>
internal sealed record AttemptResult(
    DateTimeOffset At,
    TimeSpan Duration,
    int? Status = null,
    string? Error = null,
    bool Refused = false,
    DateTimeOffset? RetryAfter = null,
    string? ResponseBody = null,
    string? ErrorType = null);
