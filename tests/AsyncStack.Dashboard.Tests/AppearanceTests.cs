using System.Reflection;
using System.Text.Json;

namespace AsyncStack.Dashboard.Tests;

/// <summary>What holds for every page.</summary>
public sealed class AppearanceTests(DashboardFixture dashboard)
{
    private const string TraceId = "00000000000000000000000000a11c0d";

    private static readonly string Axe =
        typeof(AppearanceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Axe").Value!;

    public static TheoryData<ColorScheme, int> Looks => new() { { ColorScheme.Dark, 1280 }, { ColorScheme.Dark, 390 }, { ColorScheme.Light, 1280 }, { ColorScheme.Light, 390 } };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_can_be_read_by_all_fits_its_window_and_logs_no_error(ColorScheme scheme, int width)
    {
        await dashboard.Otlp.SendTraceAsync(TraceId, 60);
        await dashboard.Otlp.SendLogsAsync(0, 200, TraceId, OtlpSender.SpanId(3));
        var page = await dashboard.OpenAsync("/", width, scheme);
        await Waiting.ForAsync(async () => (await DashboardFixture.GetAsync(page, "/api/metrics?resource=api")).GetProperty("instruments").GetArrayLength() > 5);
        var offences = new List<string>();
        page.Console += (_, message) => AddIf(message.Type == "error", $"{page.Url} logged {message.Text}");
        page.PageError += (_, error) => AddIf(true, $"{page.Url} threw {error}");

        foreach (var (path, shown) in Pages)
        {
            await page.GotoAsync(path);
            await Expect(page.Locator(shown).First).ToBeVisibleAsync();
            var wider = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
            AddIf(wider > 0, $"{path} is {wider} px wider than its window");
            offences.AddRange((await ViolationsAsync(page)).Select(v => $"{path}: {v}"));
        }

        Assert.Empty(offences);
        await page.Context.CloseAsync();

        void AddIf(bool bad, string offence)
        {
            if (bad)
                offences.Add(offence);
        }
    }

    // What shows when the page has what it is about.
    private static (string Path, string Shown)[] Pages =>
    [
        ("/resources", "[data-resource=api]"),
        ("/resources?resource=api", "aside dt:has-text('OTEL_SERVICE_NAME')"),
        ("/resources?view=graph", ".vue-flow__node"),
        ("/console/api", "[role=log] .line"),
        ("/logs", "[role=option]"),
        ($"/logs?trace={TraceId}", "[role=option]:has-text('Record 199')"),
        ("/traces", "[role=option]"),
        ($"/traces/{TraceId}", "[role=treeitem]"),
        ($"/traces/{TraceId}?span={OtlpSender.SpanId(49)}", "aside:has-text('step failed')"),
        ("/metrics?resource=api&name=http.server.request.duration", "canvas"),
        ("/metrics?resource=api&name=http.server.request.duration&table=on&by=http.route", "td"),
        ("/nothing-here", "text=There is no such page"),
    ];

    private static async Task<string[]> ViolationsAsync(IPage page)
    {
        await page.EvaluateAsync(await File.ReadAllTextAsync(Axe));
        var found = await page.EvaluateAsync<JsonElement>(
            """
            async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
                .filter(v => v.impact === 'serious' || v.impact === 'critical')
                .map(v => `${v.impact} ${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(' ')}`)
            """);
        return [.. found.EnumerateArray().Select(v => v.GetString()!)];
    }
}
