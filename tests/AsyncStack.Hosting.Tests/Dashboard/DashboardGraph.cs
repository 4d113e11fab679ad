using System.Net;
using System.Text.Json;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Testing;
using AsyncStack.Hosting.Tests.Running;

namespace AsyncStack.Hosting.Tests.Dashboard;

/// <summary>A small graph with its dashboard, and a browser that has logged in.</summary>
internal sealed class DashboardGraph : IAsyncDisposable
{
    private readonly SmallGraph _graph;
    private readonly HttpClient _browser;

    private DashboardGraph(SmallGraph graph)
    {
        _graph = graph;
        Address = new Uri(graph.App.GetDashboardLoginUrl().GetLeftPart(UriPartial.Authority));
        _browser = NewClient(new CookieContainer());
    }

    public SmallGraph Graph => _graph;

    public DistributedApplication App => _graph.App;

    public Uri Address { get; }

    /// <summary>Logged in.</summary>
    public HttpClient Browser => _browser;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<DashboardGraph> StartAsync(Action<IDistributedApplicationBuilder> build, params string[] args)
    {
        var graph = new DashboardGraph(await SmallGraph.StartAsync(build, withDashboard: true, args));
        using var page = await graph.Browser.GetAsync(graph.App.GetDashboardLoginUrl(), Cancel);
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
        return graph;
    }

    /// <summary>A client that follows no redirects; without cookies unless given some.</summary>
    public HttpClient NewClient(CookieContainer? cookies = null)
        => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = cookies is not null, CookieContainer = cookies ?? new CookieContainer() })
        {
            BaseAddress = Address,
        };

    public async Task<JsonElement> GetAsync(string path) => await ReadAsync(await Browser.GetAsync(path, Cancel), HttpStatusCode.OK);

    public async Task<JsonElement> PostAsync(string path, HttpStatusCode expected = HttpStatusCode.OK) => await ReadAsync(await Browser.PostAsync(path, null, Cancel), expected);

    public Task<JsonElement> CommandAsync(string resource, string command, HttpStatusCode expected = HttpStatusCode.OK)
        => PostAsync($"/api/resources/{resource}/commands/{command}", expected);

    public async Task<JsonElement> ResourceAsync(string name)
        => (await GetAsync("/api/resources")).GetProperty("resources").EnumerateArray().Single(r => r.GetProperty("name").GetString() == name);

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _graph.DisposeAsync();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(Cancel);
            Assert.True(response.StatusCode == expected, $"{response.RequestMessage?.RequestUri} answered {(int)response.StatusCode}: {text}");
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
    }
}
