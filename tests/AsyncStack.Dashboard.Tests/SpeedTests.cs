namespace AsyncStack.Dashboard.Tests;

/// <summary>Long lists stay quick because only what is seen is in the page.</summary>
public sealed class SpeedTests(DashboardFixture dashboard, ITestOutputHelper output)
{
    private const int MostRows = 120;

    // Measures the time between the frames that the page paints.
    private const string WatchFrames =
        """
        () => {
            window.frames_ = []
            let last = performance.now()
            const frame = now => { window.frames_.push(now - last); last = now; requestAnimationFrame(frame) }
            requestAnimationFrame(frame)
        }
        """;

    private const string Median = "() => window.frames_.sort((a, b) => a - b)[Math.floor(window.frames_.length / 2)]";

    [Fact]
    public async Task Ten_thousand_spans_scroll_with_only_those_seen_in_the_page()
    {
        const string trace = "0000000000000000000000000001e4e4";
        await dashboard.Otlp.SendTraceAsync(trace, 10_000);
        var page = await dashboard.OpenAsync($"/traces/{trace}");
        var spans = page.Locator("[role=treeitem]");
        await Expect(spans.First).ToHaveAttributeAsync("aria-setsize", "10000");
        await page.EvaluateAsync(WatchFrames);

        var tree = page.GetByRole(AriaRole.Tree);
        await tree.HoverAsync();
        for (var i = 0; i < 100; i++)
        {
            await page.Mouse.WheelAsync(0, 2_000);
        }

        Assert.InRange(await spans.CountAsync(), 1, MostRows);
        await tree.FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(page.Locator("[role=treeitem][aria-selected=true]")).ToHaveAttributeAsync("aria-posinset", "10000");
        await AssertFramesAsync(page);
    }

    [Fact]
    public async Task A_thousand_records_a_second_are_shown_as_they_come_and_the_page_stays_quick()
    {
        const int seconds = 5;
        var page = await dashboard.OpenAsync($"/logs?resource={OtlpSender.Service}&search=outside");
        await Expect(page.Locator(".live.ok")).ToBeVisibleAsync();
        await page.EvaluateAsync(WatchFrames);

        using var second = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var tenth = 0; tenth < seconds * 10; tenth++)
        {
            await dashboard.Otlp.SendLogsAsync(1_000_000 + (tenth * 100), 100);
            await second.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        await Expect(page.Locator("[role=option]", new() { HasText = $"Record {1_000_000 + (seconds * 1_000) - 1} " })).ToBeVisibleAsync();
        Assert.InRange(await page.Locator("[role=option]").CountAsync(), 1, MostRows);
        await AssertFramesAsync(page);
    }

    private async Task AssertFramesAsync(IPage page)
    {
        var median = await page.EvaluateAsync<double>(Median);
        output.WriteLine($"Median time between frames: {median:F1} ms");
        Assert.InRange(median, 0, 100);
    }
}
