using System.Net;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;
using Npgsql;

namespace AsyncStack.Api.Tests.Queues;

public sealed class QueueTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Queues = "/api/v1/queues";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_shows_every_queue_with_the_brokers_figures_and_its_rates()
    {
        await using var host = api.StartHost(("Stats:BrokerMetrics:0", api.Servers.QueueMetrics!.ToString()), ("Stats:Deadline", "00:00:20"));
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);
        var first = await ReadAsync(host.Client);
        Assert.Equal(
            [
                "airflow_requests", "airflow_results", "dead-letters", "jobs.default", "jobs.high", "jobs.low", "notifier.results", "task_queue",
                "tasks.resource-events", "worker.events",
            ],
            first.GetProperty("queues").EnumerateArray().Select(q => q.GetProperty("name").GetString()));
        Assert.Contains("5 s apart", first.GetProperty("missing").GetProperty("rate_in").GetString(), StringComparison.Ordinal);

        JsonElement high = default;
        await Waiting.ForAsync(async () =>
        {
            await host.Client.PostAsync(Http.Process, Http.Body("\"priority\":\"high\""));
            high = Queue(await ReadAsync(host.Client), "jobs.high");
            return high.GetProperty("rate_in") is { ValueKind: JsonValueKind.Number } rate && rate.GetDouble() > 0;
        });

        Assert.True(high.GetProperty("ready").GetInt64() > 0);
        Assert.Equal((0, 0), (high.GetProperty("consumers").GetInt64(), high.GetProperty("unacknowledged").GetInt64()));
        Assert.Equal(0, high.GetProperty("rate_out").GetDouble());
        await broker.TakeAsync("jobs.high", _ => true);
    }

    [Fact]
    public async Task What_the_broker_does_not_tell_is_null_and_said_to_be_missing()
    {
        await using var host = api.StartHost(("Stats:BrokerMetrics:0", "http://127.0.0.1:9"), ("Stats:Deadline", "00:00:20"));

        var list = await ReadAsync(host.Client);

        Assert.Equal(["rate_in", "rate_out", "unacknowledged"], list.GetProperty("missing").EnumerateObject().Select(m => m.Name));
        var queue = Queue(list, "jobs.high");
        Assert.Equal(JsonValueKind.Number, queue.GetProperty("ready").ValueKind);
        Assert.Equal(JsonValueKind.Null, queue.GetProperty("rate_in").ValueKind);
    }

    [Fact]
    public async Task A_pause_is_kept_and_told_to_the_workers_and_a_second_one_changes_nothing()
    {
        await using var listener = await api.Database.OpenConnectionAsync(Cancel);
        await using (var listen = new NpgsqlCommand("listen queue_controls", listener))
        {
            await listen.ExecuteNonQueryAsync(Cancel);
        }

        var paused = await (await SetAsync("jobs.default", "pause", "dora")).JsonAsync();
        Assert.True(await listener.WaitAsync(Waiting.AtMost, Cancel));
        var again = await (await SetAsync("jobs.default", "pause", "emil")).JsonAsync();

        Assert.Equal((true, "dora"), (paused.GetProperty("paused").GetBoolean(), paused.GetProperty("by").GetString()));
        Assert.Equal(paused.ToString(), again.ToString());
        var shown = Queue(await ReadAsync(api.Client), "jobs.default");
        Assert.Equal((true, "dora"), (shown.GetProperty("paused").GetBoolean(), shown.GetProperty("controlled_by").GetString()));
        Assert.False((await (await SetAsync("jobs.default", "resume", "emil")).JsonAsync()).GetProperty("paused").GetBoolean());
        Assert.Equal(
            ["queue.pause dora", "queue.resume emil"],
            await api.ReadAsync<string[]>("select array_agg(action || ' ' || actor order by at) from audit where subject_id = 'jobs.default'"));
    }

    [Fact]
    public async Task Resuming_what_was_never_paused_is_no_error() =>
        Assert.False((await (await SetAsync("jobs.low", "resume", "x")).JsonAsync()).GetProperty("paused").GetBoolean());

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    public async Task Only_queues_of_jobs_can_be_paused(string verb)
    {
        await (await SetAsync("nonsense", verb, "x")).ProblemAsync(HttpStatusCode.NotFound);

        var problem = await (await SetAsync("notifier.results", verb, "x")).ProblemAsync(HttpStatusCode.Conflict);

        Assert.Contains("jobs.high, jobs.default, jobs.low", problem.Detail(), StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> SetAsync(string queue, string verb, string actor) =>
        api.Client.PostAsync($"{Queues}/{queue}/{verb}", "", ("X-Actor", actor));

    private static async Task<JsonElement> ReadAsync(HttpClient client) => await (await client.GetAsync(Queues, Cancel)).JsonAsync();

    private static JsonElement Queue(JsonElement list, string name) =>
        list.GetProperty("queues").EnumerateArray().Single(q => q.GetProperty("name").GetString() == name);
}
