using System.ComponentModel.DataAnnotations;
using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.Execution;

namespace AsyncStack.Worker.Tests;

public sealed class DecisionTests
{
    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(7);

    private static readonly ClaimedJob First = new(Guid.Empty, "c", "t", "{}", Attempt: 1, MaxAttempts: 2, TimeoutSeconds: 30, null);

    private static readonly ClaimedJob Last = First with { Attempt = 2 };

    [Theory]
    [InlineData(1, 1.0, 1)]
    [InlineData(2, 1.0, 2)]
    [InlineData(5, 0.5, 8)]
    [InlineData(50, 1.0, 300)]
    [InlineData(3, 0.0, 0)]
    public void Retry_delay_doubles_up_to_its_bound_and_lies_anywhere_below(int attempt, double random, double seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds), RetryDelay.After(attempt, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), random));

    [Fact]
    public void Retry_waits_while_attempts_are_left_and_fails_after_the_last()
    {
        var retry = new JobOutcome.Retry("no luck");

        Assert.Equal(new Transition.TryAgain(Backoff, "no luck"), Transition.After(retry, StopCause.None, First, Backoff));
        Assert.Equal(new Transition.End("failed", Error: "no luck"), Transition.After(retry, StopCause.None, Last, Backoff));
    }

    [Fact]
    public void Retry_with_a_delay_of_its_own_keeps_it() => Assert.Equal(
        new Transition.TryAgain(TimeSpan.FromMinutes(1), "later"),
        Transition.After(new JobOutcome.Retry("later", TimeSpan.FromMinutes(1)), StopCause.None, First, Backoff));

    [Fact]
    public void Failed_needs_no_other_attempt() => Assert.Equal(
        new Transition.End("failed", Error: "wrong"), Transition.After(new JobOutcome.Failed("wrong"), StopCause.None, First, Backoff));

    [Fact]
    public void Lost_attempt_writes_nothing_whatever_came_of_it() => Assert.IsType<Transition.Leave>(
        Transition.After(new JobOutcome.Completed("1"), StopCause.Lost, First, Backoff));

    [Fact]
    public void Attempt_that_ended_in_spite_of_its_timeout_counts() => Assert.Equal(
        new Transition.End("completed", "1"), Transition.After(new JobOutcome.Completed("1"), StopCause.TimedOut, First, Backoff));

    [Fact]
    public void Timed_out_attempt_is_tried_again() => Assert.Equal(
        new Transition.TryAgain(Backoff, "timed out after 30s"), Transition.After(null, StopCause.TimedOut, First, Backoff));

    [Fact]
    public void Stopping_worker_gives_back_even_the_last_attempt() => Assert.Equal(
        new Transition.GiveBack("worker stopped"), Transition.After(null, StopCause.Stopping, Last, Backoff));

    [Fact]
    public void Acknowledgement_in_order_takes_one_frame()
    {
        var tags = new OutstandingTags();
        for (var tag = 1ul; tag <= 4; tag++)
        {
            tags.Add(tag);
        }

        AssertFrames(tags.Settle([3]), upTo: 0, 3);
        AssertFrames(tags.Settle([1, 2]), upTo: 2);
        AssertFrames(tags.Settle([4]), upTo: 4);
    }

    [Fact]
    public void Backlog_gives_high_before_low_and_no_more_than_fits()
    {
        using var signal = new Signal();
        var backlog = new Backlog(signal);
        var low = new JobDelivery(null, new Guid[2], 2);
        var high = new JobDelivery(null, new Guid[3], 0);
        backlog.TryAdd(low);
        backlog.TryAdd(high);

        Assert.Equal([high], backlog.Take(4));
        Assert.Equal([low], backlog.Take(1));
        Assert.Empty(backlog.Take(1));
    }

    [Fact]
    public void Lease_too_short_for_its_heartbeat_is_refused_with_a_remedy()
    {
        var options = new WorkerOptions { HeartbeatInterval = TimeSpan.FromSeconds(5) };

        var fault = Assert.Single(options.Validate(new ValidationContext(options)));

        Assert.Contains("Raise the lease to at least 00:00:15", fault.ErrorMessage, StringComparison.Ordinal);
    }

    private static void AssertFrames((ulong UpTo, ulong[] Single) frames, ulong upTo, params ulong[] single)
    {
        Assert.Equal(upTo, frames.UpTo);
        Assert.Equal(single, frames.Single);
    }
}
