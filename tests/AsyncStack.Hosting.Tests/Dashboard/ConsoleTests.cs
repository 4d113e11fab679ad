using System.Net;
using System.Text.Json;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Tests.Running;

namespace AsyncStack.Hosting.Tests.Dashboard;

public sealed class ConsoleTests
{
    private const string Console = "/api/resources/service/console";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lines_come_with_their_number_colours_and_source()
    {
        await using var dashboard = await DashboardGraph.StartAsync(builder =>
            builder.AddScript("service", """printf '\033[32mgreen\033[0m\n'; echo bad >&2; exec sleep 600"""));
        using var events = await EventReader.OpenAsync(dashboard.Browser, Console);

        var lines = await ReadAsync(events, 2);
        Assert.Equal([1, 2], lines.Select(l => l.GetProperty("n").GetInt32()));
        var green = lines.Single(l => !l.GetProperty("error").GetBoolean());
        Assert.Equal("\u001b[32mgreen\u001b[0m", green.GetProperty("text").GetString());
        Assert.Equal("bad", lines.Single(l => l.GetProperty("error").GetBoolean()).GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_reader_goes_on_after_the_line_that_it_saw_last()
    {
        await using var dashboard = await WithLinesAsync(10);

        using var tail = await EventReader.OpenAsync(dashboard.Browser, $"{Console}?tail=3");
        var last = await tail.NextAsync("lines");
        Assert.Equal([8, 9, 10], Numbers(last));
        Assert.Equal(("10", 0), (last.Id, last.Data.GetProperty("skipped").GetInt32()));

        using var again = await EventReader.OpenAsync(dashboard.Browser, $"{Console}?tail=3", lastEventId: "5");
        Assert.Equal([6, 7, 8, 9, 10], Numbers(await again.NextAsync("lines")));

        // Line 99 was of an earlier run.
        using var afresh = await EventReader.OpenAsync(dashboard.Browser, $"{Console}?tail=2", lastEventId: "99");
        Assert.Equal([9, 10], Numbers(await afresh.NextAsync("lines")));
    }

    [Fact]
    public async Task Lines_that_were_dropped_before_they_were_read_are_counted()
    {
        const int Written = ResourceLoggerService.Capacity + 100;
        await using var dashboard = await WithLinesAsync(Written);

        using var events = await EventReader.OpenAsync(dashboard.Browser, Console, lastEventId: "20");

        var next = await events.NextAsync("lines");
        Assert.Equal(101, Numbers(next)[0]);
        Assert.Equal(80, next.Data.GetProperty("skipped").GetInt32());
    }

    [Theory]
    [InlineData("?tail=-1")]
    [InlineData("?tail=all")]
    [InlineData("?tail=5001")]
    public async Task A_wrong_tail_is_named(string query)
    {
        await using var dashboard = await WithLinesAsync(1);
        using var response = await dashboard.Browser.GetAsync(Console + query, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("tail is '", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Console_can_be_downloaded()
    {
        await using var dashboard = await WithLinesAsync(3);
        using var response = await dashboard.Browser.GetAsync($"{Console}.txt", Cancel);

        Assert.Equal("attachment; filename=\"service.log\"", response.Content.Headers.GetValues("Content-Disposition").Single());
        var lines = (await response.Content.ReadAsStringAsync(Cancel)).TrimEnd().Split('\n');
        Assert.Equal(["line 1", "line 2", "line 3"], lines.Select(l => l.Split("] ")[1]));
    }

    [Fact]
    public async Task Unknown_resource_has_no_console()
    {
        await using var dashboard = await WithLinesAsync(1);
        using var stream = await dashboard.Browser.GetAsync("/api/resources/nobody/console", Cancel);
        using var file = await dashboard.Browser.GetAsync("/api/resources/nobody/console.txt", Cancel);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (stream.StatusCode, file.StatusCode));
    }

    private static async Task<DashboardGraph> WithLinesAsync(int count)
    {
        var dashboard = await DashboardGraph.StartAsync(builder =>
            builder.AddScript("service", $"seq -f 'line %.0f' {count}; exec sleep 600"));
        await Waiting.ForAsync(() => dashboard.Graph.Output("service").LastOrDefault() == $"line {count}", "the script to write");
        return dashboard;
    }

    private static async Task<List<JsonElement>> ReadAsync(EventReader events, int count)
    {
        var lines = new List<JsonElement>();
        while (lines.Count < count)
            lines.AddRange((await events.NextAsync("lines")).Data.GetProperty("lines").EnumerateArray());
        return lines;
    }

    private static List<int> Numbers(ServerEvent lines) => [.. lines.Data.GetProperty("lines").EnumerateArray().Select(l => l.GetProperty("n").GetInt32())];
}
