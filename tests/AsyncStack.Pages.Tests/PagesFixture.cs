using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Projects;

[assembly: AssemblyFixture(typeof(AsyncStack.Pages.Tests.PagesFixture))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace AsyncStack.Pages.Tests;

/// <summary>The whole graph on real servers with something in it, started once, and a browser.</summary>
public sealed class PagesFixture : IAsyncLifetime
{
    private const float Patience = 60_000;

    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(3);
    private static readonly string[] Services = ["gateway", "api", "worker", "notifier", "web"];
    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome"];

    private readonly ConcurrentQueue<string> _offences = [];
    private IDistributedApplicationTestingBuilder _builder = null!;
    private IPlaywright _playwright = null!;

    public DistributedApplication App { get; private set; } = null!;

    public IBrowser Browser { get; private set; } = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    /// <summary>The gateway.</summary>
    public Uri Origin { get; private set; } = null!;

    internal GraphClient Client { get; private set; } = null!;

    /// <summary>Workflows, callbacks, records and dead letters.</summary>
    internal AreaData Areas { get; private set; } = null!;

    /// <summary>A dataset that is ready.</summary>
    public Guid DatasetId { get; private set; }

    /// <summary>A job that failed.</summary>
    public Guid FailedJobId { get; private set; }

    /// <summary>A job that completed and was called back.</summary>
    internal Accepted Completed { get; private set; } = null!;

    public Uri Receiver => new(Origin, "/webhook");

    public async ValueTask InitializeAsync()
    {
        _builder = await DistributedApplicationTestingBuilder.CreateAsync<AsyncStack_AppHost>([], CancellationToken.None);
        App = await _builder.BuildAsync(CancellationToken.None);
        await App.StartAsync(CancellationToken.None);
        using var timeout = new CancellationTokenSource(StartDeadline);
        foreach (var resource in Services)
        {
            await App.ResourceNotifications.WaitForResourceHealthyAsync(resource, timeout.Token);
        }

        Origin = App.GetEndpoint("gateway", "http");
        Client = new GraphClient(App.CreateHttpClient("gateway", "http"));
        Database = NpgsqlDataSource.Create((await App.GetConnectionStringAsync("asyncstack", CancellationToken.None))!);
        _playwright = await Playwright.CreateAsync();
        SetDefaultExpectTimeout(Patience);
        Browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium(), Args = ["--no-sandbox"] });
        await FillAsync();
        Areas = new AreaData(Client, Database);
        await Areas.MakeAsync(Receiver);
    }

    /// <summary>A page of a browser window of its own, at an address below <c>/app</c>.</summary>
    public async Task<IPage> OpenAsync(string path, int width = 1280, ColorScheme scheme = ColorScheme.Light, Uri? origin = null)
    {
        var context = await Browser.NewContextAsync(new()
        {
            BaseURL = (origin ?? Origin).ToString(), ColorScheme = scheme, ViewportSize = new() { Width = width, Height = width < 500 ? 844 : 900 },
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        Watch(page, (origin ?? Origin).Authority);
        await page.GotoAsync($"/app{path}");
        return page;
    }

    /// <summary>What pages did since the last look that none should: errors, violations of the content security policy, requests elsewhere.</summary>
    public string[] TakeOffences()
    {
        var taken = _offences.ToArray();
        _offences.Clear();
        return taken;
    }

    /// <summary>A CSV with numbers, words, missing values and a few that stand out.</summary>
    public static string Csv(int rows)
    {
        var text = new StringBuilder("id,price,rooms,city\n");
        for (var i = 0; i < rows; i++)
        {
            var price = i % 400 == 399 ? "9000000" : i % 50 == 49 ? "" : $"{100_000 + (i * 7919 % 90_000)}";
            text.Append($"{i},{price},{1 + (i % 6)},{(i % 3 == 0 ? "Oslo" : "Bergen")}\n");
        }

        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
        await Database.DisposeAsync();
        Client.Http.Dispose();
        await App.DisposeAsync();
        await _builder.DisposeAsync();
    }

    internal static string Chromium() =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').SelectMany(_ => Browsers, Path.Combine)
            .FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("Chromium is not on the PATH: eng/install.sh browser installs it.");

    private void Watch(IPage page, string authority)
    {
        page.Console += (_, message) =>
        {
            // What the server refuses is shown by the page, and logged by the browser by itself.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                _offences.Enqueue($"{page.Url} logged {message.Text}");
        };
        page.PageError += (_, error) => _offences.Enqueue($"{page.Url} threw {error}");
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is var url && url.Authority != authority)
                _offences.Enqueue($"{page.Url} asked {url}");
        };
    }

    // What pages show when a product has been in use for a while.
    private async Task FillAsync()
    {
        Completed = await Client.SubmitAsync(Receiver, payload: new { hello = "world" });
        await Client.SubmitManyAsync(30, Receiver);
        DatasetId = await UploadAsync("housing", Csv(2_000));
        object[] jobs =
        [
            new { dataset_id = DatasetId, job_type = "metrics", @params = new { metrics = new[] { "rows", "columns", "null_ratio", "duplicates", "profile" } } },
            new { dataset_id = DatasetId, job_type = "anomalies", @params = new { column = "price", strategy = "IQR" } },
            new { dataset_id = DatasetId, job_type = "normalize", @params = new { fill_nulls = new { strategy = "median" } } },
            new { dataset_id = DatasetId, job_type = "compare", @params = new { baseline_dataset_id = await UploadAsync("earlier", Csv(1_000)) } },
        ];
        foreach (var body in jobs)
        {
            await EndedAsync(await SubmitJobAsync(body));
        }

        FailedJobId = await SubmitJobAsync(new { dataset_id = DatasetId, job_type = "anomalies", @params = new { column = "nowhere", strategy = "IQR" }, correlation_id = "that-fails" });
        await EndedAsync(FailedJobId);
        await Waiting.ForAsync(async () => (await Client.DeliveriesAsync(Completed.CorrelationId)).EnumerateArray().Any(d => d.GetProperty("state").GetString() == "delivered"));
    }

    private async Task<Guid> UploadAsync(string name, string csv)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("tests"), "owner_id" }, { new StringContent(name), "name" }, { new StringContent("csv"), "format" },
            { new StringContent(csv), "file", $"{name}.csv" },
        };
        using var answer = await Client.Http.PostAsync("/datasets", form);
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        await Waiting.ForAsync(async () => (await Client.Http.GetFromJsonAsync<JsonElement>($"/datasets/{id}")).GetProperty("status").GetString() == "ready");
        return id;
    }

    private async Task<Guid> SubmitJobAsync(object body)
    {
        using var answer = await Client.Http.PostAsJsonAsync("/jobs", body);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private Task EndedAsync(Guid id) => Waiting.ForAsync(
        async () => (await Client.Http.GetFromJsonAsync<JsonElement>($"/jobs/{id}")).GetProperty("job_status").GetString() is "completed" or "failed");
}
