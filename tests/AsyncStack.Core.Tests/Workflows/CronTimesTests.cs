using System.Globalization;
using AsyncStack.Core.Workflows.Schedules;

namespace AsyncStack.Core.Tests.Workflows;

public sealed class CronTimesTests
{
    [Theory]
    [InlineData("30 4 * * 1", "UTC", "2030-01-01T00:00:00Z", "2030-01-07T04:30:00Z")]
    [InlineData("0 0 * * 7", "UTC", "2030-01-01T00:00:00Z", "2030-01-06T00:00:00Z")]
    [InlineData("15 30 4 ? * MON", "UTC", "2030-01-01T00:00:00Z", "2030-01-07T04:30:15Z")]
    [InlineData("0 9 * * *", "Europe/Berlin", "2030-06-01T00:00:00Z", "2030-06-01T07:00:00Z")]
    [InlineData("0 9 * * *", "Asia/Kolkata", "2030-06-01T00:00:00Z", "2030-06-01T03:30:00Z")]
    public void Next_time_is_that_of_the_zones_clock(string cron, string zone, string after, string next) =>
        Assert.Equal(Time(next), new CronTimes(cron, zone).After(Time(after)));

    [Fact]
    public void Time_that_the_clocks_leave_out_comes_when_they_are_put_forward()
    {
        // On 31 March 2030 Berlin goes from 02:00 to 03:00.
        var times = new CronTimes("30 2 * * *", "Europe/Berlin").Between(Time("2030-03-30T00:00:00Z"), Time("2030-04-01T12:00:00Z"));

        Assert.Equal([Time("2030-03-30T01:30:00Z"), Time("2030-03-31T01:00:00Z"), Time("2030-04-01T00:30:00Z")], times);
    }

    [Fact]
    public void Time_that_comes_twice_is_told_of_once_the_first_time()
    {
        // On 27 October 2030 Berlin goes from 03:00 back to 02:00.
        var times = new CronTimes("30 2 * * *", "Europe/Berlin").Between(Time("2030-10-26T12:00:00Z"), Time("2030-10-28T12:00:00Z"));

        Assert.Equal([Time("2030-10-27T00:30:00Z"), Time("2030-10-28T01:30:00Z")], times);
    }

    [Theory]
    [InlineData("2030-03-31T00:00:00Z")]
    [InlineData("2030-10-27T00:00:00Z")]
    public void Hours_go_on_through_both_changes_of_the_clocks(string from)
    {
        var times = new CronTimes("0 * * * *", "Europe/Berlin").Between(Time(from), Time(from).AddHours(5)).ToList();

        Assert.Equal([.. Enumerable.Range(1, 5).Select(h => Time(from).AddHours(h))], times);
    }

    [Theory]
    [InlineData("nonsense", "UTC")]
    [InlineData("61 * * * *", "UTC")]
    [InlineData("* * *", "UTC")]
    [InlineData("0 0 30 2 *", "UTC")]
    [InlineData("0 0 * * *", "Europe/Atlantis")]
    public void What_is_no_expression_is_explained(string cron, string zone) => Assert.NotNull(CronTimes.Explain(cron, zone));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
