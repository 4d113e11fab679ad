using System.Diagnostics;
using System.Net;
using AsyncStack.Api.Identity;
using AsyncStack.Api.Tests.Support;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Tests.Identity;

public sealed class CredentialTests(GuardedApi api) : IClassFixture<GuardedApi>
{
    private const string Unknown = "ask_00000000_0000000000000000000000000000000000000000000";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_is_taken_in_either_header()
    {
        var key = await api.CreateKeyAsync("jobs:read");

        Assert.Equal(HttpStatusCode.OK, await SendAsync(("X-Api-Key", key.Text)));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(("Authorization", $"Bearer {key.Text}")));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(("Authorization", $"bearer {key.Text}")));
    }

    [Theory]
    [InlineData("X-Api-Key", "")]
    [InlineData("X-Api-Key", "ask_")]
    [InlineData("X-Api-Key", "ask_firstkey_")]
    [InlineData("X-Api-Key", Unknown)]
    [InlineData("X-Api-Key", "ask_firstkey_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFg")]
    [InlineData("X-Api-Key", "ask_firstkey_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH")]
    [InlineData("X-Api-Key", "ask_f'rstkey_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")]
    [InlineData("Authorization", GuardedApi.BootstrapKey)]
    [InlineData("Authorization", "Basic YTpi")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", $"Bearer {Unknown}")]
    [InlineData("Authorization", "Bearer eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("Cookie", "asyncstack-session=firstkey.4102444800.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Cookie", "asyncstack-session=..")]
    public async Task What_is_no_credential_is_refused(string header, string value)
    {
        var answer = await GuardedApi.SendAsync(api.Client, HttpMethod.Get, "/jobs", json: null, (header, value));

        Assert.Contains("error=\"invalid_token\"", answer.Headers.WwwAuthenticate.Single().ToString(), StringComparison.Ordinal);
        var detail = (await answer.ProblemAsync(HttpStatusCode.Unauthorized)).Detail()!;
        Assert.DoesNotContain("abcdefghijklmnopqrstuvwxyz", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_credentials_of_a_kind_none_counts()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(("X-Api-Key", GuardedApi.BootstrapKey), ("X-Api-Key", Unknown)));
    }

    [Fact]
    public async Task A_header_that_is_too_large_is_refused_before_it_is_looked_at()
    {
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, await SendAsync(("X-Api-Key", new string('a', 40_000))));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(("Authorization", $"Bearer {new string('a', 30_000)}")));
    }

    [Fact]
    public async Task Ten_thousand_made_up_keys_are_refused_while_a_good_one_is_served()
    {
        var key = await api.CreateKeyAsync("jobs:read");
        var started = Stopwatch.GetTimestamp();

        var guesses = Parallel.ForAsync(0, 10_000, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = Cancel }, async (n, _) =>
            Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(("X-Api-Key", $"ask_{n:00000000}_0000000000000000000000000000000000000000000"))));
        while (!guesses.IsCompleted)
        {
            Assert.Equal(HttpStatusCode.OK, await SendAsync(("X-Api-Key", key.Text)));
        }

        await guesses;
        TestContext.Current.SendDiagnosticMessage($"10,000 made-up keys in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
    }

    [Fact]
    public async Task Where_everybody_may_come_nobody_is_asked()
    {
        await using var open = api.StartHost(("Auth:Mode", "Anonymous"));

        Assert.Equal(HttpStatusCode.OK, (await GuardedApi.GetAsync(open.Client, "/jobs", key: null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await GuardedApi.GetAsync(open.Client, "/jobs", Unknown)).StatusCode);
    }

    [Theory]
    [InlineData("Auth:KeyHashSecret", "too short", "Auth:KeyHashSecret has 9 characters")]
    [InlineData("Auth:BootstrapKey", "hunter2", "Auth:BootstrapKey is no key")]
    [InlineData("Auth:Oidc:Authority", "http://login.example.com", "Auth:Oidc:Authority is 'http://login.example.com'")]
    public void Settings_that_make_no_sense_stop_the_start(string setting, string value, string message)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => api.StartHost((setting, value)));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scopes_of_a_kind_are_meant_by_a_star_and_all_by_admin()
    {
        Assert.True(ScopeNames.Of("jobs:*").Include(Scopes.JobsManage | Scopes.JobsRead | Scopes.JobsSubmit));
        Assert.False(ScopeNames.Of("jobs:*").Include(Scopes.DatasetsRead));
        Assert.True(Scopes.Admin.Include(Scopes.Ops | Scopes.WebhooksManage));
        Assert.Equal(Scopes.None, ScopeNames.Of("*"));
    }

    private async Task<HttpStatusCode> SendAsync(params (string, string)[] headers) =>
        (await GuardedApi.SendAsync(api.Client, HttpMethod.Get, "/jobs", json: null, headers)).StatusCode;
}
