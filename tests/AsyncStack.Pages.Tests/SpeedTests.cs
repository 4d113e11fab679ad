namespace AsyncStack.Pages.Tests;

/// <summary>What is many stays quick, and little is loaded for it.</summary>
public sealed class SpeedTests(PagesFixture pages, ITestOutputHelper output)
{
    private const int Jobs = 100_000;
    private const int MostRows = 120;
    private const int LongestTask = 100;
    private const int MostScript = 250 * 1024;

    [Fact]
    public async Task A_hundred_thousand_jobs_scroll_to_their_end_without_a_long_task()
    {
        await AddJobsAsync();
        try
        {
            await ScrollAsync();
        }
        finally
        {
            await ExecuteAsync("delete from jobs where job_type = 'many'");
        }
    }

    [Fact]
    public async Task Two_hundred_events_a_second_leave_the_page_free()
    {
        var page = await pages.OpenAsync("/jobs");
        await Expect(page.Locator(".live.ok")).ToBeVisibleAsync();
        await Expect(page.Locator("[role=option]").First).ToBeVisibleAsync();
        var trace = await TaskTrace.StartAsync(page);

        // Each is accepted and completed: two events.
        using var tenth = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var i = 0; i < 50; i++)
        {
            await pages.Client.SubmitManyAsync(10, pages.Receiver);
            await tenth.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        await AssertNoLongTaskAsync(trace);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_first_load_takes_little_script()
    {
        var page = await pages.OpenAsync("/overview");
        await Expect(page.GetByText("Newest jobs")).ToBeVisibleAsync();

        var bytes = await page.EvaluateAsync<int>("performance.getEntriesByType('resource').filter(e => /\\.js$/.test(new URL(e.name).pathname)).reduce((sum, e) => sum + e.encodedBodySize, 0)");

        output.WriteLine($"Script of the first load: {bytes:N0} bytes");
        Assert.InRange(bytes, 1, MostScript);
        await page.Context.CloseAsync();
    }

    private async Task ScrollAsync()
    {
        var page = await pages.OpenAsync("/jobs?type=many");
        var list = page.GetByRole(AriaRole.Listbox, new() { Name = "Jobs" });
        await Expect(list.Locator("[role=option]").First).ToBeVisibleAsync();
        var trace = await TaskTrace.StartAsync(page);

        await list.FocusAsync();
        var last = page.Locator("[role=option][aria-selected=true]");
        for (var seen = 0; seen < Jobs;)
        {
            await page.Keyboard.PressAsync("End");
            seen = int.Parse(await last.GetAttributeAsync("aria-posinset") ?? "0");
        }

        await list.HoverAsync();
        for (var i = 0; i < 50; i++)
        {
            await page.Mouse.WheelAsync(0, -20_000);
        }

        Assert.InRange(await page.Locator("[role=option]").CountAsync(), 1, MostRows);
        await AssertNoLongTaskAsync(trace);
        await page.Context.CloseAsync();
    }

    private Task AddJobsAsync() => ExecuteAsync($"""
        insert into jobs (id, correlation_id, job_type, payload, state, attempt, max_attempts, timeout_seconds, created_at, started_at, finished_at, progress)
        select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - n), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid,
            'many-' || n, 'many', json_build_object('n', n), 'completed', 1, 3, 600, now() - n * interval '1 ms', now(), now() + interval '3 ms', 1
        from generate_series(1, {Jobs}) n
        """);

    private async Task ExecuteAsync(string sql)
    {
        await using var command = pages.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task AssertNoLongTaskAsync(TaskTrace trace)
    {
        var tasks = await trace.EndAsync();
        output.WriteLine($"{tasks.Count} tasks, {tasks.Count(t => t > 50)} over 50 ms, the longest {tasks.Max():F0} ms");
        Assert.InRange(tasks.Max(), 0, LongestTask);
    }
}
