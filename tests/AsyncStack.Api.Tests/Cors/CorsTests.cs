using System.Net;
using AsyncStack.Api.Tests.Support;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Tests.Cors;

public sealed class CorsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Ours = "https://app.example.com";

    [Fact]
    public async Task No_origin_is_let_in_unless_it_is_named()
    {
        using var preflight = await PreflightAsync(api.Host, Ours);
        using var answer = await GetAsync(api.Host, Ours);

        Assert.NotEqual(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.DoesNotContain(preflight.Headers.Concat(answer.Headers), h => h.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_named_origin_is_let_in_without_cookies_and_others_are_not()
    {
        await using var host = api.StartHost(("Cors:Origins:0", Ours));

        using var preflight = await PreflightAsync(host, Ours);
        using var answer = await GetAsync(host, Ours);
        Assert.Equal([Ours], preflight.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal([Ours], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.DoesNotContain("*", preflight.Headers.GetValues("Access-Control-Allow-Headers"));
        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Credentials"));
        foreach (var other in new[] { "https://app.example.com.evil.example", "http://app.example.com", "https://other.example.com", "null" })
        {
            using var refused = await PreflightAsync(host, other);
            using var unreadable = await GetAsync(host, other);
            Assert.False(refused.Headers.Contains("Access-Control-Allow-Origin") || unreadable.Headers.Contains("Access-Control-Allow-Origin"), other);
        }
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://app.example.com/path")]
    [InlineData("https://user@app.example.com")]
    [InlineData("app.example.com")]
    public void What_is_no_origin_stops_the_start(string origin)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => api.StartHost(("Cors:Origins:0", origin)));

        Assert.Contains($"'{origin}'", failure.Message, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> PreflightAsync(ApiHost host, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, Http.Process);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type");
        return host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static Task<HttpResponseMessage> GetAsync(ApiHost host, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/stats");
        request.Headers.Add("Origin", origin);
        return host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
