using System.Diagnostics;
using System.Text.Json;

namespace AsyncStack.Pages.Tests;

/// <summary>Lighthouse, the npm package, as its lock file pins it.</summary>
public sealed class LighthouseTests(PagesFixture pages, ITestOutputHelper output)
{
    private static readonly string Home = Path.Combine(AppContext.BaseDirectory, "lighthouse");

    [Theory]
    [InlineData("/app/overview")]
    [InlineData("/app/jobs")]
    public async Task A_page_is_fast_open_to_all_and_well_made(string path)
    {
        if (!Directory.Exists(Path.Combine(Home, "node_modules")))
        {
            await RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        }

        var report = Path.Combine(Home, $"report-{Guid.NewGuid():N}.json");
        await RunAsync("node", [
            "node_modules/lighthouse/cli/index.js", new Uri(pages.Origin, path).ToString(), "--quiet", "--output=json", $"--output-path={report}",
            "--only-categories=performance,accessibility,best-practices", "--preset=desktop", "--chrome-flags=--headless=new --no-sandbox",
        ]);

        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken));
        var scores = document.RootElement.GetProperty("categories").EnumerateObject().ToDictionary(c => c.Name, c => c.Value.GetProperty("score").GetDouble());
        output.WriteLine(string.Join(", ", scores.Select(s => $"{s.Key} {s.Value * 100:F0}")));
        Assert.InRange(scores["performance"], 0.9, 1);
        Assert.Equal(1, scores["accessibility"]);
        Assert.InRange(scores["best-practices"], 0.95, 1);
        File.Delete(report);
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Home, UseShellExecute = false, RedirectStandardError = true };
        start.Environment["CHROME_PATH"] = PagesFixture.Chromium();
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, said);
    }
}
