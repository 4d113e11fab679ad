using System.Net;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Core.Caching;
using AsyncStack.Core.Counters;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AsyncStack.Api.Tests.Tasks;

public sealed class TaskCacheTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ended_task_is_answered_from_the_cache_until_a_retry_invalidates_it()
    {
        var id = await FailedTaskAsync();
        Assert.Equal("failed", await StatusAsync(api.Client, id));
        // Behind the cache's back, so that it shows where the answer comes from.
        await api.ExecuteAsync("update jobs set state = 'canceled' where id = $1", id);
        Assert.Equal("failed", await StatusAsync(api.Client, id));

        Assert.True((await api.Client.PostAsync($"/jobs/{id}/retry", "{}")).IsSuccessStatusCode);

        Assert.Equal("queued", await StatusAsync(api.Client, id));
    }

    [Fact]
    public async Task Task_that_has_not_ended_is_never_kept()
    {
        var id = (await (await api.Client.PostAsync("/task", "7")).JsonAsync()).GetProperty("task_id").GetGuid();
        Assert.Equal("queued", await StatusAsync(api.Client, id));

        await api.ExecuteAsync("update jobs set state = 'completed', result = payload, finished_at = now() where id = $1", id);

        Assert.Equal("completed", await StatusAsync(api.Client, id));
    }

    [Fact]
    public async Task Hits_and_misses_are_counted_and_a_task_that_still_waits_is_neither()
    {
        // Counted in a database of its own: the other tests count in theirs meanwhile.
        await using var host = api.StartHost(("ConnectionStrings:cache", api.Servers.RedisConnectionString + ",defaultDatabase=9"));
        var id = await FailedTaskAsync();
        var before = (await (await host.Client.GetAsync("/stats", Cancel)).JsonAsync()).GetProperty("cache");

        await StatusAsync(host.Client, (await (await host.Client.PostAsync("/task", "7")).JsonAsync()).GetProperty("task_id").GetGuid());
        for (var i = 0; i < 4; i++)
        {
            await StatusAsync(host.Client, id);
        }

        JsonElement after = default;
        await Waiting.ForAsync(async () =>
            (after = (await (await host.Client.GetAsync("/stats", Cancel)).JsonAsync()).GetProperty("cache")).GetProperty("hits").GetInt64()
                == before.GetProperty("hits").GetInt64() + 3);
        Assert.Equal(before.GetProperty("misses").GetInt64() + 1, after.GetProperty("misses").GetInt64());
        Assert.True(after.GetProperty("keys").GetInt64() >= 2);
        Assert.InRange(after.GetProperty("hit_ratio").GetDouble(), 0.01, 1);
    }

    [Fact]
    public async Task Reader_that_read_before_an_invalidation_cannot_keep_what_it_read()
    {
        using var one = await ConnectionMultiplexer.ConnectAsync(api.Servers.RedisConnectionString);
        using var other = await ConnectionMultiplexer.ConnectAsync(api.Servers.RedisConnectionString);
        var (reader, writer) = (Cache(one), Cache(other));
        var id = Guid.NewGuid();

        var claim = await reader.ClaimAsync(id);
        await writer.InvalidateAsync(id);
        Assert.False(await reader.FillAsync(id, claim!, "\"old\""));
        Assert.Null(await writer.FindAsync(id));

        var later = await writer.ClaimAsync(id);
        Assert.Null(await reader.ClaimAsync(id));
        Assert.Null(await reader.FindAsync(id));
        Assert.False(await reader.FillAsync(id, claim!, "\"old\""));
        Assert.True(await writer.FillAsync(id, later!, "\"new\""));
        Assert.Equal("\"new\"", await reader.FindAsync(id));
    }

    [Fact]
    public async Task Whoever_asks_after_a_retry_never_gets_the_old_answer()
    {
        await using var other = api.StartHost();
        for (var i = 0; i < 40; i++)
        {
            var id = await FailedTaskAsync();
            var readers = Enumerable.Range(0, 8).Select(n => StatusAsync(n % 2 == 0 ? api.Client : other.Client, id)).ToArray();
            Assert.True((await other.Client.PostAsync($"/jobs/{id}/retry", "{}")).IsSuccessStatusCode);

            Assert.Equal("queued", await StatusAsync(api.Client, id));
            Assert.All(await Task.WhenAll(readers), status => Assert.True(status is "failed" or "queued", status));
            Assert.Equal("queued", await StatusAsync(other.Client, id));
        }
    }

    [Fact]
    public async Task Without_redis_tasks_are_answered_from_the_record()
    {
        await using var wire = api.WireToRedis(out var connection);
        await using var host = api.StartHost(connection);
        var id = await FailedTaskAsync();
        await wire.CutAsync();

        Assert.Equal("failed", await StatusAsync(host.Client, id));
        Assert.True((await host.Client.PostAsync($"/jobs/{id}/retry", "{}")).IsSuccessStatusCode);
        Assert.Equal("queued", await StatusAsync(host.Client, id));
    }

    [Fact]
    public async Task Counts_wait_while_redis_is_away()
    {
        await using var wire = api.WireToRedis(out var connection);
        using var redis = await ConnectionMultiplexer.ConnectAsync(connection.Item2 + ",abortConnect=false,connectTimeout=1000");
        using var counters = new SharedCounters(redis, TimeProvider.System, NullLogger<SharedCounters>.Instance);
        using var direct = await ConnectionMultiplexer.ConnectAsync(api.Servers.RedisConnectionString);
        var before = (await SharedCounters.ReadAsync(direct.GetDatabase()))[Counter.WorkerRetried];
        await wire.CutAsync();
        await Waiting.ForAsync(() => !redis.IsConnected);

        counters.Add(Counter.WorkerRetried, 5);
        await counters.FlushAsync();
        wire.Mend();
        await Waiting.ForAsync(async () =>
        {
            await counters.FlushAsync();
            return (await SharedCounters.ReadAsync(direct.GetDatabase()))[Counter.WorkerRetried] == before + 5;
        });
    }

    private static TaskCache Cache(IConnectionMultiplexer redis) =>
        new(redis, Options.Create(new TaskCacheOptions { Deadline = Waiting.AtMost }), TimeProvider.System);

    private async Task<Guid> FailedTaskAsync()
    {
        var id = (await (await api.Client.PostAsync("/task", "7")).JsonAsync()).GetProperty("task_id").GetGuid();
        await api.ExecuteAsync("update jobs set state = 'failed', error_message = 'why', finished_at = now() where id = $1", id);
        return id;
    }

    private static async Task<string?> StatusAsync(HttpClient client, Guid id)
    {
        var response = await client.GetAsync($"/task/{id}", Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.JsonAsync()).GetProperty("status").GetString();
    }
}
