using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using AsyncStack.Web.Webhook;
using Microsoft.AspNetCore.Builder;

namespace AsyncStack.Web.Tests;

public sealed partial class PageTests(WebHost web) : IClassFixture<WebHost>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/webhook")]
    public async Task Page_asks_for_nothing_but_what_this_host_serves(string path)
    {
        using var response = await GetHtmlAsync(path);
        var html = await response.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.DoesNotContain("unsafe-inline", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotMatch("<style|style=|<script>|onclick=", html);
        foreach (var asset in Assets().Matches(html).Select(m => m.Groups["path"].Value))
        {
            Assert.StartsWith("/assets/", asset, StringComparison.Ordinal);
            using var served = await web.Client.GetAsync(asset, Cancellation);
            Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        }
    }

    [Fact]
    public async Task Airflow_leads_to_the_workflows()
    {
        using var response = await web.Client.GetAsync("/airflow", Cancellation);

        Assert.Equal((HttpStatusCode.Redirect, "/app/workflows"), (response.StatusCode, response.Headers.Location!.OriginalString));
    }

    [Theory]
    [InlineData("Webhook:Secret", "plain-text", "whsec_")]
    [InlineData("Webhook:Secrets:0", "whsec_dG9vLXNob3J0", "whsec_")]
    [InlineData("Webhook:Keep", "0", "Webhook:Keep is 0")]
    [InlineData("Webhook:Tolerance", "-00:01:00", "Webhook:Tolerance is -00:01:00")]
    public async Task Wrong_setting_stops_the_start_and_is_named_without_its_secret(string setting, string value, string expected)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration[setting] = value;
        builder.AddWebhookReceiver();
        await using var app = builder.Build();

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => app.StartAsync(Cancellation));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("plain-text", fault.Message, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> GetHtmlAsync(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        return web.Client.SendAsync(request, Cancellation);
    }

    [GeneratedRegex("<(?:link|script|img)[^>]* (?:href|src)=\"(?<path>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Assets();
}
