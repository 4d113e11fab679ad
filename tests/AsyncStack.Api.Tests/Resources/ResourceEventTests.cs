using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;
using Npgsql;
using RabbitMQ.Client;
using static AsyncStack.Api.Tests.Resources.ResourceClient;

namespace AsyncStack.Api.Tests.Resources;

public sealed class ResourceEventTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_change_is_told_once_with_the_resource_as_it_was_then()
    {
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);
        var queue = await broker.SubscribeAsync("resource.*");
        var created = await (await api.Client.PostAsync(Root, """{"name": "a\"b", "description": "ü\n"}""")).JsonAsync();
        var path = $"{Root}/{created.GetProperty("id").GetString()}";
        var replaced = await (await api.Client.ReplaceAsync(path, """{"name": "x", "status": "s"}""")).JsonAsync();
        await (await api.Client.ReplaceAsync(path, """{"name": "never"}""", ("If-Match", "\"1\""))).ProblemAsync(HttpStatusCode.PreconditionFailed);
        await api.Client.RemoveAsync(path);
        await (await api.Client.RemoveAsync(path)).ProblemAsync(HttpStatusCode.NotFound);

        var events = await TakeAsync(broker, queue, path, 3);

        Assert.Equal(["resource.created", "resource.updated", "resource.deleted"], events.Select(e => e.RoutingKey));
        Assert.Equal(events.Select(e => e.RoutingKey), events.Select(e => e.BasicProperties.Type));
        Assert.Equal(3, events.Select(e => Guid.Parse(e.BasicProperties.MessageId!)).Distinct().Count());
        AssertSame(created, Body(events[0]));
        AssertSame(replaced, Body(events[1]));
        Assert.Equal($$"""{"id":"{{path[(Root.Length + 1)..]}}","status":"deleted"}""", Body(events[2]).GetRawText());
    }

    [Fact]
    public async Task The_trace_of_the_request_goes_with_the_event()
    {
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);
        var queue = await broker.SubscribeAsync("resource.*");
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

        var created = await api.Client.PostAsync(Root, """{"name": "traced"}""", ("traceparent", $"00-{Trace}-00f067aa0ba902b7-01"));

        var message = (await TakeAsync(broker, queue, created.Headers.Location!.ToString(), 1)).Single();
        Assert.StartsWith($"00-{Trace}-", Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers!["traceparent"]!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_changes_of_one_resource_draw_their_numbers_in_the_order_of_their_commits()
    {
        await using var leader = await HoldLeadershipAsync();
        var path = await api.Client.CreateAsync("first");
        var id = Guid.Parse(path[(Root.Length + 1)..]);
        await using var holder = await api.Database.OpenConnectionAsync(Cancel);
        await using var transaction = await holder.BeginTransactionAsync(Cancel);
        await using (var change = new NpgsqlCommand("update resources set version = version + 1 where id = $1", holder))
        {
            change.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
            await change.ExecuteNonQueryAsync(Cancel);
        }

        // The second waits for the first's commit before it draws; one of another resource does not.
        var second = api.Client.ReplaceAsync(path, """{"name": "second"}""");
        await api.WaitersAsync(1);
        var other = await api.Client.CreateAsync("other");
        await using (var told = new NpgsqlCommand("""
            insert into outbox (id, exchange, routing_key, type, body, partition_key, sequence)
            values (gen_random_uuid(), 'asyncstack.events', 'resource.updated', 't', convert_to(json_build_object('id', $1)::text, 'UTF8'),
                $1, nextval('outbox_sequence'))
            """, holder))
        {
            told.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id.ToString() });
            await told.ExecuteNonQueryAsync(Cancel);
        }

        await transaction.CommitAsync(Cancel);
        Assert.Equal("\"3\"", (await second).Headers.ETag!.ToString());

        Assert.Equal(
            [$"{id} created", $"{other[(Root.Length + 1)..]} created", $"{id} t", $"{id} updated"],
            (await api.ReadAsync<string[]>("select array_agg(partition_key || ' ' || replace(type, 'resource.', '') order by sequence) from outbox where partition_key is not null"))[^4..]);
    }

    [Fact]
    public async Task Changes_at_once_are_told_in_the_order_of_their_versions()
    {
        await using var other = api.StartHost();
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);
        var queue = await broker.SubscribeAsync("resource.*");
        var path = await api.Client.CreateAsync("0");

        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        await Task.WhenAll(Enumerable.Range(1, 100).Select(async i =>
        {
            var response = await (i % 2 == 0 ? api.Client : other.Client).ReplaceAsync(path, $$"""{"name": "{{i}}"}""");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            lock (versions)
            {
                versions[$"{i}"] = long.Parse(response.Headers.ETag!.Tag.Trim('"'), CultureInfo.InvariantCulture);
            }
        }));

        var told = (await TakeAsync(broker, queue, path, 101)).Skip(1).Select(Body).ToArray();
        Assert.Equal(Enumerable.Range(2, 100).Select(v => (long)v), told.Select(b => versions[b.GetProperty("name").GetString()!]));
        var times = told.Select(b => b.GetProperty("updated_at").GetDateTimeOffset()).ToArray();
        Assert.Equal(times.Order(), times);
        Assert.Equal(100, times.Distinct().Count());
    }

    [Fact]
    public async Task Of_changes_at_once_with_one_tag_only_one_is_made()
    {
        var path = await api.Client.CreateAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            api.Client.ReplaceAsync(path, $$"""{"name": "{{i}}"}""", ("If-Match", "\"1\""))));

        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        Assert.Equal(19, answers.Count(a => a.StatusCode == HttpStatusCode.PreconditionFailed));
    }

    /// <summary>Keeps every process from publishing, by taking the lead itself and doing nothing with it.</summary>
    private async Task<NpgsqlConnection> HoldLeadershipAsync()
    {
        // Not of the pool, which would keep the lock.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(api.DatabaseConnection) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        await api.ReadAsync<long>("select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name like 'asyncstack-outbox-leader%'");
        await using var take = new NpgsqlCommand("select pg_advisory_lock(7267, 1)", connection);
        await take.ExecuteNonQueryAsync(Cancel);
        return connection;
    }

    private static async Task<List<BasicGetResult>> TakeAsync(Broker broker, string queue, string path, int count)
    {
        var id = path[(Root.Length + 1)..];
        var events = new List<BasicGetResult>();
        while (events.Count < count)
        {
            events.Add(await broker.TakeAsync(queue, m => Body(m).GetProperty("id").GetString() == id));
        }

        return events;
    }

    private static JsonElement Body(BasicGetResult message) => JsonElement.Parse(message.Body.Span);

    private static void AssertSame(JsonElement answer, JsonElement told)
    {
        Assert.Equal(answer.EnumerateObject().Select(p => p.Name), told.EnumerateObject().Select(p => p.Name));
        foreach (var field in new[] { "id", "name", "description", "status" })
        {
            Assert.Equal(answer.GetProperty(field).GetString(), told.GetProperty(field).GetString());
        }

        foreach (var field in new[] { "created_at", "updated_at" })
        {
            Assert.Equal(answer.GetProperty(field).GetDateTimeOffset(), told.GetProperty(field).GetDateTimeOffset());
            Assert.EndsWith("Z", told.GetProperty(field).GetString(), StringComparison.Ordinal);
        }
    }
}
