using AsyncStack.Notifier.Delivery;

namespace AsyncStack.Notifier.Tests;

public sealed class OutcomeTests
{
    private static readonly DateTimeOffset Sent = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan[] Schedule = [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10)];
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    [InlineData(299)]
    public void A_2xx_is_delivered(int status) => Assert.IsType<DeliveryOutcome.Delivered>(Decide(Answer(status)));

    [Theory]
    [InlineData(100)]
    [InlineData(301)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(null)]
    public void Anything_else_is_tried_again(int? status) => Assert.IsType<DeliveryOutcome.RetryAt>(Decide(Answer(status)));

    [Fact]
    public void A_410_disables_the_target_even_at_the_last_attempt() =>
        Assert.IsType<DeliveryOutcome.DisableTarget>(Decide(Answer(410), attempt: 3));

    [Fact]
    public void A_refused_target_is_not_tried_again() =>
        Assert.IsType<DeliveryOutcome.Dead>(Decide(Answer(null) with { Refused = true }));

    [Fact]
    public void After_the_attempt_that_follows_the_last_delay_it_is_dead()
    {
        Assert.IsType<DeliveryOutcome.RetryAt>(Decide(Answer(500), attempt: 2));
        Assert.IsType<DeliveryOutcome.Dead>(Decide(Answer(500), attempt: 3));
    }

    [Theory]
    [InlineData(0.0, 8)]
    [InlineData(0.5, 10)]
    [InlineData(1.0, 12)]
    public void The_delay_varies_by_a_fifth_and_counts_from_the_end_of_the_attempt(double jitter, double seconds)
    {
        var result = Answer(500) with { Duration = TimeSpan.FromSeconds(15) };

        Assert.Equal(Sent.AddSeconds(15 + seconds), RetryAt(result, jitter: jitter));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public void Retry_after_is_honoured_where_it_has_a_meaning(int status) =>
        Assert.Equal(Sent.AddMinutes(5), RetryAt(Answer(status) with { RetryAfter = Sent.AddMinutes(5) }));

    [Fact]
    public void Retry_after_of_another_status_is_ignored() =>
        Assert.Equal(Sent.AddSeconds(10), RetryAt(Answer(500) with { RetryAfter = Sent.AddMinutes(5) }));

    [Fact]
    public void Retry_after_is_capped() =>
        Assert.Equal(Sent + MaxRetryAfter, RetryAt(Answer(429) with { RetryAfter = Sent.AddDays(400) }));

    [Fact]
    public void Retry_after_never_makes_it_earlier() =>
        Assert.Equal(Sent.AddSeconds(10), RetryAt(Answer(429) with { RetryAfter = Sent.AddDays(-1) }));

    private static AttemptResult Answer(int? status) => new(Sent, TimeSpan.Zero, status, "failed");

    private static DateTimeOffset RetryAt(AttemptResult result, double jitter = 0.5) =>
        Assert.IsType<DeliveryOutcome.RetryAt>(Decide(result, jitter: jitter)).At;

    private static DeliveryOutcome Decide(AttemptResult result, int attempt = 1, double jitter = 0.5) =>
        DeliveryOutcome.Decide(result, attempt, Schedule, MaxRetryAfter, jitter);
}
