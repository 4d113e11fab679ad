using System.Globalization;
using AsyncStack.Api.Tests.Support;
using Npgsql;

namespace AsyncStack.Api.Tests.Grpc;

/// <summary>The Api as a client sees it that was not written here and knows no more than what reflection tells.</summary>
public sealed class ReferenceClientTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Reflection_tells_of_every_service_and_file_in_both_versions() => RunAsync("reflection");

    [Fact]
    public Task A_task_is_recorded_and_read_back() => RunAsync("tasks");

    [Fact]
    public Task Pages_of_tasks_hold_each_once_newest_first() => RunAsync("pages");

    [Fact]
    public Task Bad_fields_are_INVALID_ARGUMENT_and_named() => RunAsync("refusals");

    [Fact]
    public Task An_unknown_task_is_NOT_FOUND_in_any_script() => RunAsync("unknown-task");

    [Fact]
    public Task An_unknown_method_is_UNIMPLEMENTED() => RunAsync("unknown-method");

    [Fact]
    public Task A_message_over_the_limit_is_RESOURCE_EXHAUSTED_compressed_or_not() => RunAsync("too-large");

    [Fact]
    public Task What_is_no_protobuf_is_INTERNAL() => RunAsync("bad-protobuf");

    [Fact]
    public Task Gzip_goes_both_ways() => RunAsync("gzip");

    [Fact]
    public Task Correlation_ids_are_echoed_in_metadata() => RunAsync("metadata");

    [Fact]
    public Task Every_service_is_serving() => RunAsync("health");

    [Fact]
    public Task A_watch_of_an_unknown_service_stays_open() => RunAsync("watch-unknown");

    [Fact]
    public Task A_hundred_calls_at_once_get_each_its_own_answer() => RunAsync("concurrent");

    [Fact]
    public async Task A_deadline_ends_a_call_that_waits_for_the_database()
    {
        await using var connection = await api.Database.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using var locked = new NpgsqlCommand("lock table tasks in access exclusive mode", connection, transaction);
        await locked.ExecuteNonQueryAsync(Cancel);

        await RunAsync("deadline");

        // The statement is taken back too, though the lock is still held.
        await api.WaitersAsync(0);
    }

    [Fact]
    public async Task A_watch_tells_of_every_change_until_it_is_canceled()
    {
        var settings = new NpgsqlConnectionStringBuilder(api.DatabaseConnection);
        await using var wire = new Wire(settings.Host!, settings.Port);
        (settings.Host, settings.Port) = ("127.0.0.1", wire.Port);
        await using var host = api.StartHost(("ConnectionStrings:asyncstack", settings.ConnectionString), ("Grpc:HealthInterval", "00:00:00.1"));
        using var client = await ReferenceClient.StartAsync("watch", host.GrpcAddress);

        Assert.Equal("SERVING", await client.ReadLineAsync());
        await wire.CutAsync();
        Assert.Equal("NOT_SERVING", await client.ReadLineAsync());
        wire.Mend();
        Assert.Equal("SERVING", await client.ReadLineAsync());
        await client.WriteLineAsync("cancel");
        await client.EndAsync();

        await Waiting.ForAsync(async () => await CountAsync(host, "server_stream", "grpc.health.v1.Health", "Watch", "Canceled") == 1);
    }

    [Fact]
    public async Task Calls_are_counted_by_how_they_ended()
    {
        await using var host = api.StartHost();
        await ReferenceClient.RunAsync("unknown-task", host.GrpcAddress);
        await ReferenceClient.RunAsync("unknown-method", host.GrpcAddress);

        Assert.Equal(1, await CountAsync(host, "unary", "task.v1.TaskService", "GetTaskStatus", "NotFound"));
        Assert.Equal(2, await CountAsync(host, "bidi_stream", "grpc.reflection.v1.ServerReflection", "ServerReflectionInfo", "OK"));
        Assert.Equal(7, await CountAsync(host, "unary", "unknown", "unknown", "Unimplemented"));
        var metrics = await host.Client.GetStringAsync("/metrics", Cancel);
        Assert.Contains("grpc_server_handling_seconds_count{", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("Nope", metrics, StringComparison.Ordinal);
    }

    private Task RunAsync(string scenario) => ReferenceClient.RunAsync(scenario, api.Host.GrpcAddress);

    private static async Task<double> CountAsync(ApiHost host, string type, string service, string method, string code)
    {
        var metrics = await host.Client.GetStringAsync("/metrics", Cancel);
        var labels = new[] { $"grpc_type=\"{type}\"", $"grpc_service=\"{service}\"", $"grpc_method=\"{method}\"", $"grpc_code=\"{code}\"" };
        return metrics.Split('\n')
            .Where(line => line.StartsWith("grpc_server_handled_total{", StringComparison.Ordinal) && labels.All(line.Contains))
            .Sum(line => double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
    }
}
