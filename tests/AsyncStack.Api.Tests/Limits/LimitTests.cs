using System.Net;
using AsyncStack.Api.Tests.Identity;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Testing;

namespace AsyncStack.Api.Tests.Limits;

public sealed class LimitTests(GuardedApi api) : IClassFixture<GuardedApi>
{
    private const int Limit = 5;
    private const string Path = "/api/v1/tasks?limit=1";

    [Fact]
    public async Task A_key_that_asked_for_its_share_is_told_when_to_come_again_and_others_are_let_through()
    {
        await using var host = api.StartHost(("Limits:Key:Requests", $"{Limit}"), ("Limits:Key:Window", "01:00:00"));
        var (key, other) = (await api.CreateKeyAsync("jobs:read"), await api.CreateKeyAsync("jobs:read"));
        for (var i = 0; i < Limit; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await AskAsync(host, key));
        }

        var refused = await GuardedApi.GetAsync(host.Client, Path, key.Text);

        var problem = await refused.ProblemAsync(HttpStatusCode.TooManyRequests);
        Assert.Contains("The key may make 5 requests in 3600 s", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var seconds = refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
        Assert.InRange(seconds, 1, 2 * 3600);
        Assert.Equal("\"key\";q=5;w=3600", Assert.Single(refused.Headers.GetValues("RateLimit-Policy")));
        Assert.Equal($"\"key\";r=0;t={seconds}", Assert.Single(refused.Headers.GetValues("RateLimit")));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(host, other));
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task The_keys_of_a_tenant_share_its_limit_and_another_tenant_has_its_own()
    {
        await using var host = api.StartHost(("Limits:Tenant:Requests", $"{Limit}"), ("Limits:Tenant:Window", "01:00:00"));
        TestKey[] acme = [await OfAsync("limits-acme"), await OfAsync("limits-acme")];
        var other = await OfAsync("limits-other");
        for (var i = 0; i < Limit; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await AskAsync(host, acme[i % 2]));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(host, acme[0]));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(host, acme[1]));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(host, other));
    }

    [Fact]
    public async Task Replicas_count_together()
    {
        (string, string)[] settings = [("Limits:Key:Requests", $"{2 * Limit}"), ("Limits:Key:Window", "01:00:00"), ("Limits:ShareInterval", "00:00:00.010")];
        await using var one = api.StartHost(settings);
        await using var two = api.StartHost(settings);
        var key = await api.CreateKeyAsync("jobs:read");
        for (var i = 0; i < 2 * Limit; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await AskAsync(one, key));
        }

        var passed = 0;
        await Waiting.ForAsync(async () =>
        {
            var answer = await AskAsync(two, key);
            passed += answer == HttpStatusCode.OK ? 1 : 0;
            return answer == HttpStatusCode.TooManyRequests;
        });

        Assert.InRange(passed, 0, (2 * Limit) - 1);
    }

    [Fact]
    public async Task Without_Redis_a_replica_goes_by_its_own()
    {
        await using var wire = api.Fixture.WireToRedis(out var connection);
        await using var host = api.StartHost(connection, ("Limits:Key:Requests", $"{Limit}"), ("Limits:Key:Window", "01:00:00"), ("Limits:ShareInterval", "00:00:00.010"));
        var key = await api.CreateKeyAsync("jobs:read");
        await wire.CutAsync();

        for (var i = 0; i < Limit; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await AskAsync(host, key));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(host, key));
    }

    [Theory]
    [InlineData("Limits:Key:Requests", "-1")]
    [InlineData("Limits:Tenant:Window", "00:00:00.5")]
    public void A_limit_that_makes_no_sense_stops_the_start(string setting, string value)
    {
        var refused = Assert.ThrowsAny<Exception>(() => api.StartHost((setting, value)).Client);

        Assert.Contains(setting.Split(':')[^1], refused.ToString(), StringComparison.Ordinal);
    }

    private Task<TestKey> OfAsync(string tenant) => api.CreateKeyAsync("jobs:read", $", \"tenant\": \"{tenant}\"");

    private static async Task<HttpStatusCode> AskAsync(ApiHost host, TestKey key)
    {
        using var answer = await GuardedApi.GetAsync(host.Client, Path, key.Text);
        return answer.StatusCode;
    }
}
