using System.Net;
using AsyncStack.Hosting.Dashboard.Access;
using AsyncStack.Hosting.State;
using AsyncStack.Hosting.Testing;
using AsyncStack.Hosting.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.Hosting.Tests.Dashboard;

public sealed class AccessTests : IAsyncLifetime
{
    private DashboardGraph _dashboard = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _dashboard = await DashboardGraph.StartAsync(builder => builder.AddScript("service", Scripts.Idle));

    public ValueTask DisposeAsync() => _dashboard.DisposeAsync();

    [Theory]
    [InlineData("GET", "/api/resources")]
    [InlineData("GET", "/api/resources/changes")]
    [InlineData("GET", "/API/resources")]
    [InlineData("GET", "/api/resources/service/environment")]
    [InlineData("GET", "/api/resources/service/console")]
    [InlineData("POST", "/api/resources/service/commands/resource-stop")]
    [InlineData("GET", "/api/nothing")]
    public async Task Api_is_401_with_a_problem_to_whoever_has_not_logged_in(string method, string path)
    {
        using var stranger = _dashboard.NewClient();
        using var response = await stranger.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("login link", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/traces/1")]
    [InlineData("/assets/index.js")]
    [InlineData("/login")]
    [InlineData("/login?t=")]
    [InlineData("/login?t=0123456789abcdef0123456789abcdef")]
    public async Task Pages_are_401_and_tell_where_the_link_is(string path)
    {
        using var stranger = _dashboard.NewClient();
        using var response = await stranger.GetAsync(path, Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("login link", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_link_logs_in_once_and_another_follows_it()
    {
        var link = _dashboard.App.GetDashboardLoginUrl();
        using var first = _dashboard.NewClient(new CookieContainer());
        using var second = _dashboard.NewClient(new CookieContainer());

        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(first, link.ToString()));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(first, "/api/resources"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(second, link.ToString()));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(second, "/api/resources"));
        var next = _dashboard.App.GetDashboardLoginUrl();
        Assert.NotEqual(link, next);
        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(second, next.ToString()));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(second, "/api/resources"));
    }

    [Fact]
    public async Task Of_many_who_open_a_link_at_once_one_gets_in()
    {
        var link = _dashboard.App.GetDashboardLoginUrl().ToString();
        using var client = _dashboard.NewClient();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => StatusAsync(client, link)));

        Assert.Single(answers, HttpStatusCode.Redirect);
        Assert.Equal(15, answers.Count(a => a == HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task An_old_link_brings_whoever_is_logged_in_to_the_page_and_uses_up_no_new_one()
    {
        var current = _dashboard.App.GetDashboardLoginUrl();

        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(_dashboard.Browser, "/login?t=used"));

        Assert.Equal(current, _dashboard.App.GetDashboardLoginUrl());
    }

    [Fact]
    public async Task Session_cookie_is_for_this_site_alone_and_not_for_scripts()
    {
        using var client = _dashboard.NewClient();
        using var response = await client.GetAsync(_dashboard.App.GetDashboardLoginUrl(), Cancel);

        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie")).ToLowerInvariant();
        Assert.Contains("; httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("; samesite=strict", cookie, StringComparison.Ordinal);
        Assert.Contains("; path=/", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("domain=", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_cookie_is_no_session()
    {
        using var client = _dashboard.NewClient();
        using var login = await client.GetAsync(_dashboard.App.GetDashboardLoginUrl(), Cancel);
        var cookie = login.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, await WithCookieAsync(client, cookie));

        var end = cookie.IndexOf('=', StringComparison.Ordinal) + 1;
        for (var at = end; at < cookie.Length - 1; at += 7)
            Assert.Equal(HttpStatusCode.Unauthorized, await WithCookieAsync(client, cookie[..at] + (cookie[at] == 'A' ? 'B' : 'A') + cookie[(at + 1)..]));
        Assert.Equal(HttpStatusCode.Unauthorized, await WithCookieAsync(client, cookie[..end] + "A"));
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example:{0}")]
    [InlineData("localhost")]
    [InlineData("localhost:1")]
    [InlineData("192.168.1.1:{0}")]
    public async Task Another_host_is_refused_even_with_a_session(string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/resources");
        request.Headers.Host = string.Format(host, _dashboard.Address.Port);
        using var response = await _dashboard.Browser.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    public async Task Own_names_are_taken(string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/resources");
        request.Headers.Host = $"{host}:{_dashboard.Address.Port}";
        using var response = await _dashboard.Browser.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://localhost:1")]
    [InlineData("http://localhost")]
    [InlineData("https://localhost:{0}")]
    [InlineData("http://127.0.0.1:{0}")]
    [InlineData("null")]
    public async Task Another_origin_gets_nothing_even_with_a_session(string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/resources/service/commands/resource-stop");
        request.Headers.Add("Origin", string.Format(origin, _dashboard.Address.Port));
        using var response = await _dashboard.Browser.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.DoesNotContain(response.Headers, h => h.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        Assert.NotEqual("Exited", (await _dashboard.ResourceAsync("service")).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("same-site", HttpStatusCode.Forbidden)]
    [InlineData("cross-site", HttpStatusCode.Forbidden)]
    [InlineData("same-origin", HttpStatusCode.OK)]
    [InlineData("none", HttpStatusCode.OK)]
    public async Task A_page_on_another_port_of_this_machine_cannot_load_from_the_api(string site, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/resources");
        request.Headers.Add("Sec-Fetch-Site", site);
        using var response = await _dashboard.Browser.SendAsync(request, Cancel);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Own_origin_may_ask()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/resources");
        request.Headers.Add("Origin", $"http://localhost:{_dashboard.Address.Port}");
        using var response = await _dashboard.Browser.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("/traces?resource=api", "/traces?resource=api")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("evil.example", "/")]
    [InlineData("", "/")]
    public async Task Login_leads_to_a_page_of_the_dashboard_only(string returnUrl, string expected)
    {
        using var response = await _dashboard.Browser.GetAsync($"/login?t=x&returnUrl={Uri.EscapeDataString(returnUrl)}", Cancel);

        Assert.Equal(expected, response.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/resources")]
    [InlineData("/login?t=wrong")]
    public async Task Every_answer_keeps_other_sites_out(string path)
    {
        using var response = await _dashboard.Browser.GetAsync(path, Cancel);

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'self'; script-src 'self'; ", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["no-referrer"], response.Headers.GetValues("Referrer-Policy"));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Unknown_paths_of_the_api_are_problems()
    {
        using var response = await _dashboard.Browser.GetAsync("/api/nothing", Cancel);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public void A_session_ends()
    {
        using var state = GraphState.ThrowAway();
        var time = new SetTime();
        var cookie = new SessionCookie(state, time);
        var context = new DefaultHttpContext();
        cookie.Issue(context.Response);
        context.Request.Headers.Cookie = context.Response.Headers.SetCookie.ToString().Split(';')[0];

        Assert.True(cookie.IsValid(context.Request));
        time.Now += SessionCookie.Lifetime;
        Assert.False(cookie.IsValid(context.Request));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, Cancel);
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> WithCookieAsync(HttpClient client, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/resources");
        request.Headers.Add("Cookie", cookie);
        using var response = await client.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
