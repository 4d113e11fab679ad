using AsyncStack.Hosting.Runtime;
using AsyncStack.Hosting.Runtime.Native;
using Npgsql;

namespace AsyncStack.Hosting.Tests.Native;

public sealed class PostgresTests
{
    private readonly Postgres _runtime = new();
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clients_log_in_with_the_graphs_password_and_no_other()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(Describe(folder));

        Assert.Equal("on", await ScalarAsync(server.Start, "show synchronous_commit"));
        Assert.Equal("off", await ScalarAsync(server.Start, "show jit"));
        Assert.Equal("127.0.0.1", await ScalarAsync(server.Start, "show listen_addresses"));
        var stranger = server.Start with { Password = "another" };
        Assert.Contains("password authentication failed", await _runtime.ProbeAsync(stranger, Cancellation), StringComparison.Ordinal);
        await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(stranger, "select '1'"));
    }

    [Fact]
    public async Task Killed_server_comes_back_over_the_same_data()
    {
        using var folder = new TemporaryFolder();
        await using (var server = await StartAsync(Describe(folder)))
        {
            await ScalarAsync(server.Start, "create table kept as select 'text' as value");
            await server.CrashAsync();
        }

        await using var again = await StartAsync(Describe(folder));

        Assert.Equal("text", await ScalarAsync(again.Start, "select value from kept"));
    }

    [Fact]
    public async Task Kept_data_takes_the_graphs_new_password()
    {
        using var folder = new TemporaryFolder();
        await using (var server = await StartAsync(Describe(folder)))
        {
            await server.Resource.StopAsync(TimeSpan.FromSeconds(20), Cancellation);
        }

        await using var again = await StartAsync(Describe(folder) with { Password = "changed 'it'" });

        Assert.Equal("1", await ScalarAsync(again.Start, "select '1'"));
    }

    [Fact]
    public async Task Stop_closes_the_cluster_cleanly_with_clients_connected()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(Describe(folder));
        await using var connection = new NpgsqlConnection(ConnectionString(server.Start));
        await connection.OpenAsync(Cancellation);

        await server.Resource.StopAsync(TimeSpan.FromSeconds(20), Cancellation);

        Assert.Equal(0, await server.Resource.Exited);
        Assert.False(File.Exists(Path.Combine(folder.Path, "pg", "postmaster.pid")));
    }

    [Fact]
    public async Task Probe_tells_why_an_absent_server_is_not_ready()
    {
        using var folder = new TemporaryFolder();
        var start = Describe(folder);

        Assert.Contains("refused", await _runtime.ProbeAsync(start, Cancellation), StringComparison.Ordinal);
    }

    private static ResourceStart Describe(TemporaryFolder folder) => RunningServer.Describe("postgres", folder.Path);

    private Task<RunningServer> StartAsync(ResourceStart start) => RunningServer.StartAsync(_runtime, start, Cancellation);

    private static string ConnectionString(ResourceStart start) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = start.Ports["tcp"],
        Username = start.UserName,
        Password = start.Password,
        Database = "postgres",
        Pooling = false,
    }.ConnectionString;

    private static async Task<string?> ScalarAsync(ResourceStart start, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(start));
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return (string?)await command.ExecuteScalarAsync(Cancellation);
    }
}
