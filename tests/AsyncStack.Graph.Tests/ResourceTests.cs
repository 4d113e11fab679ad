using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace AsyncStack.Graph.Tests;

public sealed class ResourceTests(RunningGraphFixture graph)
{
    private const string Path = "/api/v1/resources";
    private const int Resources = 50;
    private const int Updates = 1000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Updates_arrive_in_commit_order_and_once_though_the_Api_that_publishes_them_is_killed()
    {
        await using var connection = await new ConnectionFactory
        {
            Uri = new Uri((await graph.App.GetConnectionStringAsync("messaging", CancellationToken.None))!),
        }.CreateConnectionAsync(Cancel);
        var events = await EventLog.SubscribeAsync(connection);
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 200 }) { BaseAddress = graph.Client.Http.BaseAddress };
        var ids = await Task.WhenAll(Enumerable.Range(0, Resources).Select(_ => CreateAsync(client)));
        await ApiLeadsAsync();

        var leader = await LeaderAsync();
        var replacements = new Replacements(client);
        var updating = Task.WhenAll(Enumerable.Range(0, Updates).Select(n => replacements.ReplaceAsync(ids[n % Resources], n)));
        await replacements.AnsweredAsync(Updates / 3);
        await Chaos.KillAsync(graph.App, "api");
        await updating;

        Assert.NotEqual(leader, await LeaderAsync());
        foreach (var id in ids)
        {
            await AssertToldInOrderAsync(id, events, replacements);
        }

        await AssertHandledOnceAsync(ids, events);
        await graph.HealthyAsync("api", "gateway");
    }

    /// <summary>One event a version, in the order of the versions, each with what that version was.</summary>
    private async Task AssertToldInOrderAsync(Guid id, EventLog events, Replacements replacements)
    {
        var version = (int)await graph.ScalarAsync<long>("select version from resources where id = $1", id);
        await Waiting.ForAsync(() => events.Of(id).Count == version);
        var names = events.Of(id).ConvertAll(e => e.Name);
        Assert.Equal(version, events.Of(id).Select(e => e.MessageId).Distinct().Count());
        Assert.Equal(await graph.ScalarAsync<string>("select name from resources where id = $1", id), names[^1]);
        foreach (var (name, at) in replacements.Of(id))
        {
            Assert.Equal(name, names[at - 1]);
        }
    }

    private async Task AssertHandledOnceAsync(Guid[] ids, EventLog events)
    {
        var texts = ids.Select(id => id.ToString()).ToArray();
        var told = ids.Sum(id => events.Of(id).Count);
        Assert.True(told >= Resources + Updates);
        await Waiting.ForAsync(
            async () => await graph.ScalarAsync<long>("select count(*) from processed_events where resource_id = any($1)", (object)texts) == 2 * told);
        Assert.Equal(
            told, await graph.ScalarAsync<long>("select count(*) from processed_events where resource_id = any($1) and event_type = 'task.completed'", (object)texts));
        Assert.Equal(
            Resources,
            await graph.ScalarAsync<long>(
                "select count(*) from tasks where id = 'auto-' || resource_id and resource_id = any($1) and status = 'completed' and action = 'reprocess_resource'",
                (object)texts));
        foreach (var id in ids)
        {
            Assert.Equal(
                events.Of(id).ConvertAll(e => e.MessageId),
                await graph.ScalarAsync<Guid[]>(
                    "select array_agg(id order by place) from processed_events where resource_id = $1 and event_type like 'resource.%'", id.ToString()));
        }

        Assert.Equal(0, await graph.ScalarAsync<long>("select count(*) from outbox where partition_key = any($1)", (object)texts));
    }

    /// <summary>Takes the lead from whoever has it until it is the Api's.</summary>
    private Task ApiLeadsAsync() => Waiting.ForAsync(async () =>
    {
        if (await LeaderAsync() is not { } pid)
        {
            return false;
        }

        if ((await File.ReadAllTextAsync($"/proc/{pid}/cmdline", Cancel)).Contains("AsyncStack.Api", StringComparison.Ordinal))
        {
            return true;
        }

        await graph.ScalarAsync<long>("select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name like $1", $"asyncstack-outbox-leader {pid} %");
        return false;
    });

    /// <summary>The process that leads the publication; null when none does.</summary>
    private async Task<int?> LeaderAsync()
    {
        var name = await graph.ScalarAsync<string>(
            "select coalesce(min(application_name), '') from pg_stat_activity where application_name like 'asyncstack-outbox-leader %'");
        return name.Length == 0 ? null : int.Parse(name.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static async Task<Guid> CreateAsync(HttpClient client)
    {
        using var response = await client.PostAsJsonAsync(Path, new { name = "new" }, Cancel);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetGuid();
    }

    /// <summary>Replaces resources, each under a name of its own, and keeps which version each name became.</summary>
    private sealed class Replacements(HttpClient client)
    {
        private readonly Dictionary<Guid, List<(string Name, int Version)>> _done = [];
        private int _answered;

        public List<(string Name, int Version)> Of(Guid id) => _done[id];

        public Task AnsweredAsync(int count) => Waiting.ForAsync(() => Volatile.Read(ref _answered) >= count);

        /// <summary>Tries until it is answered. An attempt without an answer may have been made all the same, so each has its own name.</summary>
        public async Task ReplaceAsync(Guid id, int number)
        {
            for (var attempt = 0; ; attempt++)
            {
                var name = $"{number}.{attempt}";
                if (await TryReplaceAsync(id, name) is { } version)
                {
                    lock (_done)
                    {
                        (_done.TryGetValue(id, out var done) ? done : _done[id] = []).Add((name, version));
                        _answered++;
                    }

                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(200), Cancel);
            }
        }

        private async Task<int?> TryReplaceAsync(Guid id, string name)
        {
            try
            {
                using var response = await client.PutAsJsonAsync($"{Path}/{id}", new { name }, Cancel);
                Assert.True(response.StatusCode is HttpStatusCode.OK or >= HttpStatusCode.BadGateway, $"{response.StatusCode}");
                return response.StatusCode == HttpStatusCode.OK ? int.Parse(response.Headers.ETag!.Tag.Trim('"'), CultureInfo.InvariantCulture) : null;
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }
    }

    /// <summary>The events of resources as a queue of the test's own got them, without repeats.</summary>
    private sealed class EventLog
    {
        private readonly Dictionary<Guid, List<(Guid MessageId, string Name)>> _events = [];
        private readonly HashSet<Guid> _seen = [];

        public static async Task<EventLog> SubscribeAsync(IConnection connection)
        {
            var log = new EventLog();
            var channel = await connection.CreateChannelAsync(cancellationToken: Cancel);
            var queue = (await channel.QueueDeclareAsync(cancellationToken: Cancel)).QueueName;
            await channel.QueueBindAsync(queue, "asyncstack.events", "resource.*", cancellationToken: Cancel);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, message) =>
            {
                log.Add(Guid.Parse(message.BasicProperties.MessageId!), JsonElement.Parse(message.Body.Span));
                return Task.CompletedTask;
            };
            await channel.BasicConsumeAsync(queue, autoAck: true, consumer, Cancel);
            return log;
        }

        public List<(Guid MessageId, string Name)> Of(Guid id)
        {
            lock (_events)
            {
                return _events.TryGetValue(id, out var events) ? [.. events] : [];
            }
        }

        private void Add(Guid messageId, JsonElement body)
        {
            lock (_events)
            {
                if (_seen.Add(messageId))
                {
                    var id = body.GetProperty("id").GetGuid();
                    (_events.TryGetValue(id, out var events) ? events : _events[id] = []).Add((messageId, body.GetProperty("name").GetString()!));
                }
            }
        }
    }
}
