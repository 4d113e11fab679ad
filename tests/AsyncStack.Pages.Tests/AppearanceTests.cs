using System.Reflection;
using System.Text.Json;

namespace AsyncStack.Pages.Tests;

/// <summary>What holds for every page.</summary>
public sealed class AppearanceTests(PagesFixture pages)
{
    private static readonly string Axe =
        typeof(AppearanceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Axe").Value!;

    /// <summary>A folder that gets a picture of each page, to be looked at.</summary>
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("PAGES_PICTURES");

    public static TheoryData<ColorScheme, int> Looks => new() { { ColorScheme.Dark, 1440 }, { ColorScheme.Dark, 390 }, { ColorScheme.Light, 1440 }, { ColorScheme.Light, 390 } };

    // What shows when the page has what it is about.
    private IEnumerable<(string Path, string Shown)> All =>
    [
        ("/overview", "text=Newest jobs"),
        ("/submit", "text=The same in code"),
        ("/submit?type=anomalies", "option:has-text('housing')"),
        ("/datasets", "[role=option]:has-text('housing')"),
        ($"/datasets/{pages.DatasetId}", "table:has-text('price')"),
        ($"/datasets/{pages.DatasetId}?view=anomalies", "canvas"),
        ($"/datasets/{pages.DatasetId}?view=normalize", "pre"),
        ($"/datasets/{pages.DatasetId}?view=compare", "table:has-text('price')"),
        ($"/datasets/{pages.DatasetId}?view=facts", "text=SHA-256"),
        ("/jobs", "[role=option]"),
        ("/jobs?status=failed", "[role=option]:has-text('failed')"),
        ($"/jobs/{pages.FailedJobId}", "text=nowhere"),
        ($"/jobs/{pages.Completed.JobId}", "text=delivered"),
        .. AreaPages.Of(pages),
        ("/nothing-here", "text=There is no such page"),
    ];

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_can_be_read_by_all_fits_its_window_and_asks_nobody_else(ColorScheme scheme, int width)
    {
        var page = await pages.OpenAsync("/overview", width, scheme);
        pages.TakeOffences();
        var offences = new List<string>();

        foreach (var (path, shown) in All)
        {
            await page.GotoAsync($"/app{path}");
            await Expect(page.Locator(shown).First).ToBeAttachedAsync();
            var wider = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
            if (wider > 0)
                offences.Add($"{path} is {wider} px wider than its window");
            offences.AddRange((await ViolationsAsync(page)).Select(v => $"{path}: {v}"));
            if (Pictures is not null)
                await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{path.Trim('/').Replace('/', '_').Replace('?', '_')[..Math.Min(90, path.Length - 1)]}-{scheme}-{width}.png") });
        }

        offences.AddRange(pages.TakeOffences());
        Assert.True(offences.Count == 0, string.Join('\n', offences));
        await page.Context.CloseAsync();
    }

    private static async Task<string[]> ViolationsAsync(IPage page)
    {
        await page.EvaluateAsync(await File.ReadAllTextAsync(Axe));
        var found = await page.EvaluateAsync<JsonElement>(
            """
            async () => (await axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations
                .map(v => `${v.impact} ${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(' ')}`)
            """);
        return [.. found.EnumerateArray().Select(v => v.GetString()!)];
    }
}
