using System.Text.Json;

[assembly: AssemblyFixture(typeof(AsyncStack.Dashboard.Tests.DashboardFixture))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace AsyncStack.Dashboard.Tests;

/// <summary>The whole graph with its dashboard, started once and fed with jobs, and a browser that is logged in.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    private const float Patience = 60_000;

    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome"];

    private AppHostProcess _graph = null!;
    private IPlaywright _playwright = null!;
    private readonly CancellationTokenSource _stopping = new();
    private HttpClient _http = null!;
    private Task _feeding = Task.CompletedTask;
    private string _session = "";

    public Uri Dashboard { get; private set; } = null!;

    public IBrowser Browser { get; private set; } = null!;

    internal OtlpSender Otlp { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _graph = AppHostProcess.Start(("Dashboard__Port", "0"), ("Dashboard__OtlpGrpcPort", "0"), ("Dashboard__OtlpHttpPort", "0"));
        _playwright = await Playwright.CreateAsync();
        SetDefaultExpectTimeout(Patience);
        Browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium(), Args = ["--no-sandbox"] });
        var endpoints = await _graph.HealthyAsync();
        await LogInAsync();
        Otlp = await OtlpSender.OfAsync(Path.Combine(_graph.Home, "run.json"));
        _http = new HttpClient { BaseAddress = new Uri(endpoints["gateway/http"]) };
        _feeding = FeedAsync(new GraphClient(_http), new Uri(endpoints["web/http"] + "/webhook"));
    }

    /// <summary>A page of a browser window of its own, at an address of the dashboard.</summary>
    public async Task<IPage> OpenAsync(string path, int width = 1280, ColorScheme scheme = ColorScheme.Light, bool loggedIn = true)
    {
        var context = await Browser.NewContextAsync(new()
        {
            BaseURL = Dashboard.ToString(),
            ColorScheme = scheme,
            ViewportSize = new() { Width = width, Height = 800 },
            StorageState = loggedIn ? _session : null,
        });
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        await page.GotoAsync(path);
        return page;
    }

    /// <summary>Asks the API as a page does.</summary>
    public static async Task<JsonElement> GetAsync(IPage page, string path)
    {
        var answer = await page.APIRequest.GetAsync(path);
        Assert.Equal(200, answer.Status);
        return (await answer.JsonAsync())!.Value;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _feeding;
        _stopping.Dispose();
        await Browser.DisposeAsync();
        _playwright.Dispose();
        _http.Dispose();
        Otlp.Dispose();
        await _graph.DisposeAsync();
    }

    // What is counted and timed needs something new now and then.
    private async Task FeedAsync(GraphClient client, Uri callback)
    {
        while (!_stopping.IsCancellationRequested)
        {
            using var answer = await client.TrySubmitAsync(callback);
            await Task.Delay(TimeSpan.FromMilliseconds(500), _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LogInAsync()
    {
        var link = await _graph.DashboardLinkAsync();
        Dashboard = new Uri(link.GetLeftPart(UriPartial.Authority));
        await using var context = await Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(link.ToString());
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Resources" })).ToBeVisibleAsync();
        _session = await context.StorageStateAsync();
    }

    private static string Chromium() =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').SelectMany(_ => Browsers, Path.Combine)
            .FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("Chromium is not on the PATH: eng/install.sh browser installs it.");
}
