namespace AsyncStack.Notifier.Delivery;

/// <summary>What becomes of a delivery after an attempt; one of the nested cases.</summary>
internal abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    /// <summary>The target has it.</summary>
    public sealed record Delivered : DeliveryOutcome;

    /// <summary>It will be sent again.</summary>
    public sealed record RetryAt(DateTimeOffset At) : DeliveryOutcome;

    /// <summary>It is not sent again, unless it is replayed.</summary>
    public sealed record Dead : DeliveryOutcome;

    /// <summary>It is dead, and so is whatever else goes to this target.</summary>
    public sealed record DisableTarget : DeliveryOutcome;

    /// <summary>Decides.</summary>
    /// <param name="result">What the attempt came to.</param>
    /// <param name="attempt">Its number, from 1.</param>
    /// <param name="schedule">The waits after each failed attempt.</param>
    /// <param name="maxRetryAfter">The longest wait a target may ask for.</param>
    /// <param name="jitter">From 0 to 1: places the wait between -20 % and +20 %.</param>
    public static DeliveryOutcome Decide(
        AttemptResult result, int attempt, IReadOnlyList<TimeSpan> schedule, TimeSpan maxRetryAfter, double jitter)
    {
        if (result.Status is >= 200 and < 300)
        {
            return new Delivered();
        }

        if (result.Status == StatusCodes.Status410Gone)
        {
            return new DisableTarget();
        }

        if (result.Refused || attempt > schedule.Count)
        {
            return new Dead();
        }

        var ended = result.At + result.Duration;
        var scheduled = ended + schedule[attempt - 1] * (0.8 + 0.4 * jitter);
        return new RetryAt(HonoursRetryAfter(result.Status) && result.RetryAfter is { } asked
            ? Later(scheduled, Earlier(asked, ended + maxRetryAfter))
            : scheduled);
    }

    private static bool HonoursRetryAfter(int? status) =>
        status is StatusCodes.Status429TooManyRequests or StatusCodes.Status502BadGateway
            or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
