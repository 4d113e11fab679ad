using System.Net;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Testing;

namespace AsyncStack.Api.Tests.Identity;

public sealed class SessionTests(GuardedApi api) : IClassFixture<GuardedApi>
{
    private const string Session = "/auth/session";
    private static readonly (string, string) Here = ("Sec-Fetch-Site", "same-origin");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_becomes_a_cookie_that_no_script_and_no_other_site_gets()
    {
        var key = await api.CreateKeyAsync("jobs:read jobs:submit");

        var answer = await StartAsync(key.Text);

        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("asyncstack-session=", cookie, StringComparison.Ordinal);
        Assert.EndsWith("; path=/; samesite=strict; httponly", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Text[13..], cookie, StringComparison.Ordinal);
        var who = await (await SendAsync(HttpMethod.Get, Session, Cookie(cookie))).JsonAsync();
        Assert.Equal($$"""{"mode":"required","name":"{{key.Actor}}","tenant":"default","scopes":["jobs:submit","jobs:read"],"expires_at":null}""", who.ToString());
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(HttpMethod.Post, "/task", Cookie(cookie), Here)).StatusCode);
    }

    [Fact]
    public async Task Behind_TLS_the_cookie_is_bound_to_the_host()
    {
        var answer = await StartAsync(GuardedApi.BootstrapKey, ("X-Forwarded-Proto", "https"));

        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("__Host-asyncstack-session=", cookie, StringComparison.Ordinal);
        Assert.EndsWith("; path=/; secure; samesite=strict; httponly", cookie, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, "/jobs", Cookie(cookie), ("X-Forwarded-Proto", "https"))).StatusCode);
        var plain = Cookie(cookie.Replace("__Host-", "", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(HttpMethod.Get, "/jobs", plain, ("X-Forwarded-Proto", "https"))).StatusCode);
    }

    [Theory]
    [InlineData("POST", "Sec-Fetch-Site", "cross-site")]
    [InlineData("POST", "Sec-Fetch-Site", "same-site")]
    [InlineData("POST", "Sec-Fetch-Site", "none")]
    [InlineData("POST", "Origin", "https://elsewhere.example")]
    [InlineData("POST", "Origin", "null")]
    [InlineData("POST", "Accept", "application/json")]
    [InlineData("GET", "Sec-Fetch-Site", "cross-site")]
    [InlineData("GET", "Sec-Fetch-Site", "same-site")]
    public async Task No_other_site_acts_by_a_session(string method, string header, string value)
    {
        var cookie = await SignInAsync(GuardedApi.BootstrapKey);

        await (await SendAsync(new HttpMethod(method), method == "GET" ? "/save?data=a" : "/task", cookie, (header, value))).ProblemAsync(HttpStatusCode.Unauthorized);
        var refused = await GuardedApi.SendAsync(api.Client, HttpMethod.Post, Session, $$"""{"key": "{{GuardedApi.BootstrapKey}}"}""", method == "POST" ? (header, value) : ("Accept", "*/*"));
        await refused.ProblemAsync(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_browser_without_fetch_metadata_is_known_by_its_origin()
    {
        var cookie = await SignInAsync(GuardedApi.BootstrapKey);
        var origin = api.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(HttpMethod.Post, "/task", cookie, ("Origin", origin))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, "/jobs", cookie)).StatusCode);
    }

    [Fact]
    public async Task A_session_ends_with_its_key()
    {
        var key = await api.CreateKeyAsync("jobs:read");
        var cookie = await SignInAsync(key.Text);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, "/jobs", cookie)).StatusCode);

        await api.RevokeAsync(key);

        await Waiting.ForAsync(async () => (await SendAsync(HttpMethod.Get, "/jobs", cookie)).StatusCode == HttpStatusCode.Unauthorized);
        await (await StartAsync(key.Text)).ProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_session_of_the_first_key_ends_when_that_key_is_another()
    {
        var cookie = await SignInAsync(GuardedApi.BootstrapKey);
        await using var other = api.StartHost(("Auth:BootstrapKey", "ask_firstkey_0000000000000000000000000000000000000000000"));

        var answer = await GuardedApi.SendAsync(other.Client, HttpMethod.Get, "/jobs", json: null, cookie);

        await answer.ProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(0, "00000000")]
    [InlineData(1, "4102444800")]
    [InlineData(2, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_cookie_that_was_written_to_is_refused(int part, string value)
    {
        var (name, cookie) = await SignInAsync(GuardedApi.BootstrapKey);
        var ticket = cookie["asyncstack-session=".Length..].Split('.');
        ticket[part] = value;

        await (await SendAsync(HttpMethod.Get, "/jobs", (name, $"asyncstack-session={string.Join('.', ticket)}"))).ProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Signing_out_takes_the_cookie_back()
    {
        var cookie = await SignInAsync(GuardedApi.BootstrapKey);

        var answer = await SendAsync(HttpMethod.Delete, Session, cookie, Here);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.StartsWith("asyncstack-session=; expires=Thu, 01 Jan 1970", Assert.Single(answer.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_are_open_to_a_session()
    {
        var (name, value) = await SignInAsync(GuardedApi.BootstrapKey);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/live") { Headers = { { name, value }, { "Accept", "text/event-stream" } } };

        using var answer = await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("[]", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"key": "hunter2"}""", HttpStatusCode.Unauthorized)]
    public async Task What_is_no_key_signs_nobody_in(string body, HttpStatusCode status) =>
        await (await GuardedApi.SendAsync(api.Client, HttpMethod.Post, Session, body, Here)).ProblemAsync(status);

    private Task<HttpResponseMessage> StartAsync(string key, params (string, string)[] headers) =>
        GuardedApi.SendAsync(api.Client, HttpMethod.Post, Session, $$"""{"key": "{{key}}"}""", [Here, .. headers]);

    private async Task<(string Name, string Value)> SignInAsync(string key) => Cookie(Assert.Single((await StartAsync(key)).Headers.GetValues("Set-Cookie")));

    private static (string Name, string Value) Cookie(string setCookie) => ("Cookie", setCookie.Split(';')[0]);

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string, string)[] headers) =>
        GuardedApi.SendAsync(api.Client, method, path, method == HttpMethod.Post ? "1" : null, headers);
}
