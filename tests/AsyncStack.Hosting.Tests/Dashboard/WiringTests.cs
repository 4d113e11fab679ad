using System.Net;
using System.Text;
using System.Text.Json;
using AsyncStack.Hosting.Tests.Running;

namespace AsyncStack.Hosting.Tests.Dashboard;

public sealed class WiringTests : IAsyncLifetime
{
    private const string Key = "0123456789abcdef";
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Spans =
        $$$"""
        {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"elsewhere"}}]},"scopeSpans":[{"scope":{"name":"s"},"spans":[
        {"traceId":"{{{Trace}}}","spanId":"b7ad6b7169203331","name":"far away","kind":1,"startTimeUnixNano":"1795576804000000000","endTimeUnixNano":"1795576805000000000"}]}]}]}
        """;

    private DashboardGraph _dashboard = null!;
    private JsonElement _about;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _dashboard = await DashboardGraph.StartAsync(builder => builder.AddScript("service", "echo hello; exec sleep 600"), $"--Dashboard:OtlpApiKey={Key}", "--Dashboard:Telemetry:Spans=12345");
        _about = await _dashboard.GetAsync("/api/about");
    }

    public ValueTask DisposeAsync() => _dashboard.DisposeAsync();

    [Fact]
    public void About_tells_where_telemetry_goes_and_the_limits_of_the_configuration()
    {
        Assert.Equal("AsyncStack.Hosting.Tests", _about.GetProperty("application").GetString());
        Assert.Equal(12345, _about.GetProperty("limits").GetProperty("spans").GetInt32());
        Assert.Equal(0, _about.GetProperty("kept").GetProperty("spans").GetInt32());
        Assert.Equal(JsonValueKind.Null, _about.GetProperty("imported").ValueKind);
    }

    [Fact]
    public async Task Telemetry_that_comes_with_the_key_shows_in_the_dashboard()
    {
        Assert.Equal(HttpStatusCode.OK, await SendAsync(OtlpHttp, Key));

        var trace = await _dashboard.GetAsync($"/api/traces/{Trace}");
        Assert.Equal("far away", trace.GetProperty("spans")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0123456789abcdeX")]
    public async Task Telemetry_without_the_key_is_401(string? key)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(OtlpHttp, key));

        Assert.Equal(HttpStatusCode.NotFound, (await _dashboard.Browser.GetAsync($"/api/traces/{Trace}", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Pages_take_no_telemetry_and_its_ports_serve_no_pages()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(_dashboard.Address, Key));
        using var stranger = new HttpClient();
        foreach (var path in (string[])["/", "/login", "/api/resources", "/api/about"])
        {
            using var response = await stranger.GetAsync(new Uri(OtlpHttp, path), Cancel);
            Assert.True(response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed, $"{path} answered {response.StatusCode}");
        }
    }

    [Fact]
    public async Task A_session_takes_the_resources_and_what_they_wrote_along()
    {
        await Waiting.ForAsync(() => _dashboard.Graph.Output("service").Contains("hello"), "the script to write");
        var file = await _dashboard.Browser.GetByteArrayAsync("/api/session", Cancel);

        using var answer = await _dashboard.Browser.PostAsync("/api/session", new ByteArrayContent(file), Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var resources = await _dashboard.GetAsync("/api/session/resources");
        Assert.Equal("service", resources.GetProperty("resources")[0].GetProperty("name").GetString());
        var console = await _dashboard.GetAsync("/api/session/console/service");
        Assert.Equal("hello", console.GetProperty("lines")[0].GetProperty("text").GetString());
        Assert.Equal("AsyncStack.Hosting.Tests", (await _dashboard.GetAsync("/api/about")).GetProperty("imported").GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_limit_that_makes_no_sense_stops_the_start_and_is_named()
    {
        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(
            () => SmallGraph.StartAsync(builder => builder.AddScript("service", Scripts.Idle), withDashboard: true, "--Dashboard:Telemetry:Logs=0"));

        Assert.Contains("Logs is 0", refused.Message, StringComparison.Ordinal);
    }

    private Uri OtlpHttp => new(_about.GetProperty("otlp").GetProperty("http").GetString()!);

    private static async Task<HttpStatusCode> SendAsync(Uri address, string? key)
    {
        using var sender = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/v1/traces")) { Content = new StringContent(Spans, Encoding.UTF8, "application/json") };
        if (key is not null)
            request.Headers.Add("x-otlp-api-key", key);
        using var response = await sender.SendAsync(request, Cancel);
        return response.StatusCode;
    }
}
