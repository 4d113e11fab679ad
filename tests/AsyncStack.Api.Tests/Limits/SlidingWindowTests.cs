using AsyncStack.Api.Limits;

namespace AsyncStack.Api.Tests.Limits;

public sealed class SlidingWindowTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    // The beginning of a window.
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SlidingWindow _window = new(10, Length);

    [Fact]
    public void As_many_pass_as_the_limit_says_and_no_more()
    {
        Assert.All(Enumerable.Range(0, 10), i => Assert.Null(_window.TryTake(Start.AddSeconds(i * 0.1))));
        Assert.NotNull(_window.TryTake(Start.AddSeconds(9.9)));
    }

    [Fact]
    public void What_lies_further_back_than_the_time_counts_no_more()
    {
        Take(10, Start);

        Assert.NotNull(_window.TryTake(Start.AddSeconds(10)));
        Take(5, Start.AddSeconds(15));
        Assert.NotNull(_window.TryTake(Start.AddSeconds(15)));
        Assert.Null(_window.TryTake(Start.AddSeconds(25)));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(3, 7.5)]
    [InlineData(9.5, 0)]
    public void Who_comes_again_when_told_to_passes_and_not_a_moment_before(double firstAt, double askedAfter)
    {
        var now = Start.AddSeconds(firstAt);
        Take(10, now);
        now = now.AddSeconds(askedAfter);

        var wait = _window.TryTake(now)!.Value;

        Assert.NotNull(_window.TryTake(now + wait - TimeSpan.FromMilliseconds(1)));
        Assert.Null(_window.TryTake(now + wait));
    }

    [Fact]
    public void What_others_let_through_counts_as_well()
    {
        Take(2, Start);
        var (number, count) = _window.TakeOwn(Start);
        Assert.Equal(2, count);
        Take(1, Start);

        _window.Learn(number, count, total: 8, before: null);

        Assert.Null(_window.TryTake(Start));
        Assert.NotNull(_window.TryTake(Start));
        Assert.Equal((number, 2), _window.TakeOwn(Start));
    }

    [Fact]
    public void What_others_let_through_in_the_window_before_counts_as_far_as_it_still_lies_in_the_time()
    {
        var half = Start.AddSeconds(5);
        Take(1, half);
        var (number, count) = _window.TakeOwn(half);

        _window.Learn(number, count, total: 1, before: 10);

        Take(4, half);
        Assert.NotNull(_window.TryTake(half));
    }

    [Fact]
    public void What_did_not_reach_the_others_is_handed_out_again()
    {
        Take(3, Start);
        var (number, count) = _window.TakeOwn(Start);
        Assert.Equal(0, _window.TakeOwn(Start).Count);

        _window.Learn(number, count, total: null, before: null);

        Assert.Equal(3, _window.TakeOwn(Start).Count);
        Take(7, Start);
        Assert.NotNull(_window.TryTake(Start));
    }

    [Fact]
    public void It_is_idle_when_nothing_of_it_counts()
    {
        Take(1, Start);

        Assert.Null(_window.IdleFor(Start.AddSeconds(20)));
        Assert.Equal(TimeSpan.FromSeconds(1), _window.IdleFor(Start.AddSeconds(21)));
    }

    private void Take(int count, DateTimeOffset now) => Assert.All(Enumerable.Range(0, count), _ => Assert.Null(_window.TryTake(now)));
}
