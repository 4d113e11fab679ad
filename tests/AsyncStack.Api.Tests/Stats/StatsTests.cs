using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using AsyncStack.Api.Stats;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Core.Messaging;
using Npgsql;
using RabbitMQ.Client;

namespace AsyncStack.Api.Tests.Stats;

public sealed class StatsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_is_there_in_the_promised_shape()
    {
        JsonElement stats = default;
        // A queue that has just been declared is counted at its first tick.
        await Waiting.ForAsync(async () => !(stats = await StatsAsync(api.Client)).TryGetProperty("missing", out _));

        Assert.Equal(["queues", "cache", "worker", "outbox"], Names(stats));
        Assert.Equal(Topology.QueueNames.Order(), Names(stats.GetProperty("queues")).Order());
        Assert.All(stats.GetProperty("queues").EnumerateObject(), queue =>
        {
            Assert.Equal(["ready", "unacknowledged", "consumers"], Names(queue.Value));
            Assert.All(queue.Value.EnumerateObject(), count => Assert.Equal(JsonValueKind.Number, count.Value.ValueKind));
        });
        Assert.Equal(["keys", "hits", "misses", "hit_ratio"], Names(stats.GetProperty("cache")));
        Assert.Equal(["processed", "failed", "retried", "in_progress"], Names(stats.GetProperty("worker")));
        Assert.Equal(["pending", "oldest_age_seconds"], Names(stats.GetProperty("outbox")));
    }

    [Fact]
    public async Task Queue_is_counted_by_the_broker_message_by_message()
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(api.Servers.RabbitMQConnectionString) }.CreateConnectionAsync(Cancel);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancel);
        await channel.QueuePurgeAsync(Topology.ExternalRequests, Cancel);
        for (var i = 0; i < 3; i++)
        {
            await channel.BasicPublishAsync("", Topology.ExternalRequests, mandatory: true, new BasicProperties(), "1"u8.ToArray(), Cancel);
        }

        Assert.Equal(3, Queue(await StatsAsync(api.Client)).GetProperty("ready").GetInt64());
        BasicGetResult? taken = null;
        await Waiting.ForAsync(async () => (taken = await channel.BasicGetAsync(Topology.ExternalRequests, autoAck: false, Cancel)) is not null);
        Assert.Equal(2, Queue(await StatsAsync(api.Client)).GetProperty("ready").GetInt64());
        await Waiting.ForAsync(async () => Unacknowledged(await StatsAsync(api.Client)) == 1);
        await channel.BasicAckAsync(taken!.DeliveryTag, multiple: false, Cancel);
        await Waiting.ForAsync(async () => Unacknowledged(await StatsAsync(api.Client)) == 0);
        await channel.QueuePurgeAsync(Topology.ExternalRequests, Cancel);
    }

    [Fact]
    public async Task Running_jobs_and_the_outbox_are_counted_in_the_record()
    {
        var id = (await (await api.Client.PostAsync("/task", "7")).JsonAsync()).GetProperty("task_id").GetGuid();
        await api.ExecuteAsync("update jobs set state = 'running', worker_id = gen_random_uuid() where id = $1", id);
        await api.ExecuteAsync("insert into outbox (id, exchange, routing_key, type, body) values ($1, '', '', '', '')", id);

        // Nobody sweeps a row that is locked.
        await using (var connection = await api.Database.OpenConnectionAsync(Cancel))
        await using (var transaction = await connection.BeginTransactionAsync(Cancel))
        await using (var command = new NpgsqlCommand($"delete from outbox where id = '{id}'", connection, transaction))
        {
            Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancel));
            var stats = await StatsAsync(api.Client);
            Assert.Equal(1, stats.GetProperty("worker").GetProperty("in_progress").GetInt64());
            Assert.InRange(stats.GetProperty("outbox").GetProperty("pending").GetInt64(), 1, 10);
            await Waiting.ForAsync(async () =>
                (await StatsAsync(api.Client)).GetProperty("outbox").GetProperty("oldest_age_seconds").GetDouble() is >= 0.5 and < 100);
            await transaction.CommitAsync(Cancel);
        }

        await api.ExecuteAsync("update jobs set state = 'completed' where id = $1", id);
        await Waiting.ForAsync(async () => (await StatsAsync(api.Client)).GetProperty("outbox") is var outbox
            && outbox.GetProperty("pending").GetInt64() == 0 && outbox.GetProperty("oldest_age_seconds").GetDouble() == 0);
    }

    [Fact]
    public async Task Without_redis_the_rest_is_answered_and_said_what_is_missing()
    {
        await using var wire = api.WireToRedis(out var connection);
        await using var host = api.StartHost(connection);
        await wire.CutAsync();

        var stats = await MissingAsync(host.Client, "cache");

        Assert.Equal(JsonValueKind.Null, stats.GetProperty("cache").ValueKind);
        Assert.Equal(JsonValueKind.Null, stats.GetProperty("worker").GetProperty("processed").ValueKind);
        Assert.Equal(JsonValueKind.Number, stats.GetProperty("worker").GetProperty("in_progress").ValueKind);
        Assert.Equal(JsonValueKind.Object, stats.GetProperty("queues").ValueKind);
        Assert.Contains("worker.processed", Names(stats.GetProperty("missing")));
        wire.Mend();
        await Waiting.ForAsync(async () => (await StatsAsync(host.Client)).GetProperty("cache").ValueKind == JsonValueKind.Object);
    }

    [Fact]
    public async Task Without_the_broker_the_rest_is_answered_and_said_what_is_missing()
    {
        await using var wire = api.WireToRabbitMQ(out var connection);
        await using var host = api.StartHost(connection);
        await StatsAsync(host.Client);
        await wire.CutAsync();

        var stats = await MissingAsync(host.Client, "queues");

        Assert.Equal(JsonValueKind.Null, stats.GetProperty("queues").ValueKind);
        Assert.Equal(JsonValueKind.Object, stats.GetProperty("cache").ValueKind);
        Assert.Equal(JsonValueKind.Object, stats.GetProperty("outbox").ValueKind);
        wire.Mend();
        await Waiting.ForAsync(async () => (await StatsAsync(host.Client)).GetProperty("queues").ValueKind == JsonValueKind.Object);
    }

    [Fact]
    public async Task Without_postgres_the_rest_is_answered_and_said_what_is_missing()
    {
        await using var wire = api.WireToPostgres(out var connection);
        await using var host = api.StartHost(connection);
        await wire.CutAsync();

        var stats = await MissingAsync(host.Client, "outbox");

        Assert.Equal(JsonValueKind.Null, stats.GetProperty("outbox").ValueKind);
        Assert.Equal(JsonValueKind.Null, stats.GetProperty("worker").GetProperty("in_progress").ValueKind);
        Assert.Equal(JsonValueKind.Number, stats.GetProperty("worker").GetProperty("processed").ValueKind);
        Assert.Equal("PostgreSQL does not answer", stats.GetProperty("missing").GetProperty("worker.in_progress").GetString());
    }

    [Fact]
    public async Task Source_that_hangs_is_missing_after_its_deadline()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var host = api.StartHost(("Stats:BrokerMetrics:0", $"http://{silent.LocalEndpoint}"), ("Stats:Deadline", "00:00:00.2"));

        var stats = await MissingAsync(host.Client, "queues.unacknowledged");

        Assert.Equal("no answer within 0.2 s", stats.GetProperty("missing").GetProperty("queues.unacknowledged").GetString());
        Assert.All(stats.GetProperty("queues").EnumerateObject(), q => Assert.Equal(JsonValueKind.Null, q.Value.GetProperty("unacknowledged").ValueKind));
    }

    [Fact]
    public async Task Callers_who_come_together_all_get_an_answer()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => api.Client.GetAsync("/stats", Cancel)));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
    }

    [Fact]
    public void Metrics_of_other_virtual_hosts_are_left_out()
    {
        const string text = """
            # TYPE rabbitmq_detailed_queue_messages_unacked gauge
            rabbitmq_detailed_queue_messages_unacked{vhost="/",queue="jobs.high"} 3
            rabbitmq_detailed_queue_messages_unacked{queue="a\"b\\c",vhost="/"} 1e3
            rabbitmq_detailed_queue_messages_unacked{vhost="/other",queue="jobs.high"} 9
            rabbitmq_detailed_queue_messages_ready{vhost="/",queue="jobs.high"} 7

            """;

        Assert.Equal(
            [("jobs.high", 3), ("a\"b\\c", 1000)],
            BrokerMetrics.Parse(text, "/").Where(m => m.Metric == UnacknowledgedCounts.Metric).Select(m => (m.Queue, m.Value)));
    }

    private static async Task<JsonElement> MissingAsync(HttpClient client, string part)
    {
        JsonElement stats = default;
        await Waiting.ForAsync(async () =>
            (stats = await StatsAsync(client)).TryGetProperty("missing", out var missing) && missing.TryGetProperty(part, out _));
        return stats;
    }

    private static async Task<JsonElement> StatsAsync(HttpClient client)
    {
        var response = await client.GetAsync("/stats", Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    private static JsonElement Queue(JsonElement stats) => stats.GetProperty("queues").GetProperty(Topology.ExternalRequests);

    private static long? Unacknowledged(JsonElement stats) =>
        Queue(stats).GetProperty("unacknowledged") is { ValueKind: JsonValueKind.Number } count ? count.GetInt64() : null;

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(p => p.Name);
}
