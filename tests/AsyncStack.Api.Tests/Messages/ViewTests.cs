using System.Net;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Messages;

public sealed class ViewTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Newest_ten_messages_come_first()
    {
        await api.ExecuteAsync("insert into messages (content, owner) select 'm' || n, 'Ada' from generate_series(1, 12) n order by n");

        var view = await (await GetAsync("application/json")).JsonAsync();

        Assert.Equal(["messages", "health"], view.EnumerateObject().Select(p => p.Name));
        var messages = view.GetProperty("messages").EnumerateArray().ToArray();
        Assert.Equal(Enumerable.Range(3, 10).Reverse().Select(n => $"m{n}"), messages.Select(m => m.GetProperty("content").GetString()));
        Assert.Equal(["id", "content", "owner", "timestamp"], messages[0].EnumerateObject().Select(p => p.Name));
        Assert.EndsWith("+00:00", messages[0].GetProperty("timestamp").GetString()!.Replace("Z", "+00:00", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_shows_what_anybody_saved_as_text()
    {
        await api.ExecuteAsync("insert into messages (content, owner) values ('<img src=x onerror=alert(1)>', '\"><script>')");

        var page = await (await GetAsync("text/html")).Content.ReadAsStringAsync(Cancel);

        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", page, StringComparison.Ordinal);
        Assert.Contains("&quot;&gt;&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", "application/json")]
    [InlineData("application/*", "application/json")]
    [InlineData("text/html;q=0.5, application/json", "application/json")]
    [InlineData("application/json, */*;q=0.1", "application/json")]
    [InlineData("application/json;q=0.5, text/html", "text/html")]
    [InlineData("application/json;q=0", "text/html")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html")]
    [InlineData("*/*", "text/html")]
    [InlineData("image/png", "text/html")]
    [InlineData(null, "text/html")]
    [InlineData("no media type at all", "text/html")]
    public async Task Caller_gets_what_it_prefers(string? accept, string type)
    {
        var response = await GetAsync(accept);

        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("Accept", response.Headers.Vary);
    }

    [Fact]
    public async Task Service_that_started_is_in_the_health_log()
    {
        await Waiting.ForAsync(async () => (await (await GetAsync("application/json")).JsonAsync()).GetProperty("health").EnumerateArray().Any(h =>
            h.GetProperty("app").GetString() == "AsyncStack.Api"
            && h.GetProperty("status").GetString() == "healthy"
            && h.GetProperty("pod").GetString() == Environment.MachineName));

        var page = await (await GetAsync("text/html")).Content.ReadAsStringAsync(Cancel);
        Assert.Contains("<b>AsyncStack.Api</b><span class=\"status healthy\">healthy</span>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Root_and_home_are_the_landing_page()
    {
        await using var host = api.StartHost(("OWNER_NAME", "Ada <3"));

        var root = await host.Client.GetAsync("/", Cancel);

        Assert.Equal(HttpStatusCode.OK, root.StatusCode);
        var page = await root.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("Ada &lt;3", page, StringComparison.Ordinal);
        Assert.Contains("<form action=\"/save\" method=\"get\">", page, StringComparison.Ordinal);
        Assert.Equal(page, await host.Client.GetStringAsync("/home", Cancel));
    }

    private async Task<HttpResponseMessage> GetAsync(string? accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/view");
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await api.Client.SendAsync(request, Cancel);
    }
}
