using System.Diagnostics;
using System.Net;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Testing;

namespace AsyncStack.Api.Tests.Identity;

public sealed class RevocationTests(GuardedApi api) : IClassFixture<GuardedApi>
{
    // What a replica read it would believe for the whole of a test.
    private static readonly (string, string) LongBelief = ("Auth:KeyCacheLifetime", "00:01:00");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_revoked_key_is_refused_by_every_replica_within_a_second()
    {
        await using var other = api.StartHost(LongBelief);
        var key = await api.CreateKeyAsync("jobs:read");
        Assert.Equal(HttpStatusCode.OK, await ReadAsync(other.Client, key));
        Assert.Equal(HttpStatusCode.OK, await ReadAsync(api.Client, key));

        await api.RevokeAsync(key);

        var revoked = Stopwatch.GetTimestamp();
        await Waiting.ForAsync(async () => await ReadAsync(other.Client, key) == HttpStatusCode.Unauthorized && await ReadAsync(api.Client, key) == HttpStatusCode.Unauthorized);
        Assert.InRange(Stopwatch.GetElapsedTime(revoked), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        var problem = await (await GuardedApi.GetAsync(other.Client, "/jobs", key.Text)).ProblemAsync(HttpStatusCode.Unauthorized);
        Assert.Contains($"'{key.Prefix}' was revoked", problem.Detail(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/live")]
    [InlineData("/jobs/{0}/events")]
    public async Task A_stream_ends_with_the_key_it_was_opened_with(string path)
    {
        var key = await api.CreateKeyAsync("jobs:read jobs:submit");
        var task = await (await GuardedApi.SendAsync(api.Client, HttpMethod.Post, "/task", key.Text, "1")).JsonAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, string.Format(path, task.GetProperty("task_id").GetString()))
        {
            Headers = { { "X-Api-Key", key.Text }, { "Accept", "text/event-stream" } },
        };
        using var answer = await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        await api.RevokeAsync(key);

        await Assert.ThrowsAsync<HttpRequestException>(async () => await answer.Content.CopyToAsync(Stream.Null, Cancel));
    }

    [Fact]
    public async Task While_nobody_tells_of_changes_the_database_is_asked_each_time()
    {
        await using var wire = api.Fixture.WireToPostgres(out var connection);
        await using var host = api.StartHost(LongBelief, connection);
        var key = await api.CreateKeyAsync("jobs:read");
        // From here on nobody can listen, while everything else goes through.
        wire.BreakAt = "listen api_keys"u8.ToArray();
        wire.Break();
        await Waiting.ForAsync(async () => await ReadAsync(host.Client, key) == HttpStatusCode.OK);

        await api.RevokeAsync(key);

        Assert.Equal(HttpStatusCode.Unauthorized, await ReadAsync(host.Client, key));
    }

    [Fact]
    public async Task A_key_that_is_used_often_is_not_looked_up_each_time()
    {
        await using var host = api.StartHost(LongBelief);
        var key = await api.CreateKeyAsync("jobs:read");
        await Waiting.ForAsync(async () =>
        {
            await GuardedApi.GetAsync(host.Client, "/auth/session", key.Text);
            var before = await LookUpsAsync();
            for (var i = 0; i < 20; i++)
            {
                await GuardedApi.GetAsync(host.Client, "/auth/session", key.Text);
            }

            return await LookUpsAsync() == before;
        });
    }

    [Fact]
    public async Task An_expired_key_is_refused_though_it_is_believed()
    {
        await using var host = api.StartHost(LongBelief);
        var key = await api.CreateKeyAsync("jobs:read", $$""", "expires_at": "{{TimeProvider.System.GetUtcNow().AddSeconds(3):O}}" """);
        Assert.Equal(HttpStatusCode.OK, await ReadAsync(host.Client, key));

        await Waiting.ForAsync(async () => await ReadAsync(host.Client, key) == HttpStatusCode.Unauthorized);
    }

    private Task<long> LookUpsAsync() => api.Fixture.ReadAsync<long>("select idx_scan from pg_stat_user_indexes where indexrelname = 'api_keys_prefix_key'");

    private static async Task<HttpStatusCode> ReadAsync(HttpClient client, TestKey key) => (await GuardedApi.GetAsync(client, "/jobs", key.Text)).StatusCode;
}
