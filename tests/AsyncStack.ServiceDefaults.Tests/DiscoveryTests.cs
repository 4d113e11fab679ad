using AsyncStack.ServiceDefaults.Discovery;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace AsyncStack.ServiceDefaults.Tests;

public sealed class DiscoveryTests
{
    [Theory]
    [InlineData("http://api/jobs?limit=2", "http://127.0.0.1:5001/jobs?limit=2")]
    [InlineData("https+http://api/jobs", "http://127.0.0.1:5001/jobs")]
    [InlineData("https+http://shop/", "https://shop.internal:8443/")]
    [InlineData("http://_admin.api/x", "http://127.0.0.1:5009/x")]
    [InlineData("http://API/x", "http://127.0.0.1:5001/x")]
    [InlineData("http://example.org:81/x", "http://example.org:81/x")]
    [InlineData("https+http://example.org/x", "https://example.org/x")]
    public void Addresses_resolve_through_configuration(string asked, string expected)
    {
        var endpoints = Endpoints(new()
        {
            ["services:api:http:0"] = "http://127.0.0.1:5001",
            ["services:api:admin:0"] = "http://127.0.0.1:5009",
            ["services:shop:https:0"] = "https://shop.internal:8443",
            ["services:shop:http:0"] = "http://shop.internal:8080",
        });

        Assert.Equal(expected, endpoints.Resolve(new Uri(asked)).ToString());
    }

    [Fact]
    public void Several_addresses_are_taken_in_turn()
    {
        var endpoints = Endpoints(new()
        {
            ["services:api:http:0"] = "http://a:1",
            ["services:api:http:1"] = "http://b:2",
        });

        var taken = Enumerable.Range(0, 4).Select(_ => endpoints.Resolve(new Uri("http://api/")).Host);

        Assert.Equal(["a", "b", "a", "b"], taken);
    }

    [Fact]
    public void An_address_that_is_no_URL_is_named()
    {
        var endpoints = Endpoints(new() { ["services:api:http:0"] = "nowhere" });

        var failure = Assert.Throws<InvalidOperationException>(() => endpoints.Resolve(new Uri("http://api/")));

        Assert.Contains("'nowhere' in services:api:http", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_HttpClient_of_a_service_finds_the_others_and_has_a_timeout()
    {
        await using var api = await TestService.StartAsync(map: app => app.MapGet("/hello", () => "hi"));
        await using var caller = await TestService.StartAsync(settings: new()
        {
            ["services:api:http:0"] = api.Client.BaseAddress!.ToString(),
            ["HttpClient:Timeout"] = "00:00:07",
        });
        using var client = caller.Get<IHttpClientFactory>().CreateClient("any");
        client.BaseAddress = new Uri("https+http://api");

        Assert.Equal("hi", await client.GetStringAsync("/hello", TestContext.Current.CancellationToken));
        Assert.Equal(TimeSpan.FromSeconds(7), client.Timeout);
    }

    private static ServiceEndpoints Endpoints(Dictionary<string, string?> settings) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
