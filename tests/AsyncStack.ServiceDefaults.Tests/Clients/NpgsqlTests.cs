using System.Net;
using AsyncStack.ServiceDefaults.Clients;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace AsyncStack.ServiceDefaults.Tests.Clients;

[Collection(ClientServersCollection.Name)]
public sealed class NpgsqlTests(ClientServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_statement_is_prepared_from_its_second_run()
    {
        await using var service = await StartAsync(servers.PostgresConnectionString);
        await using var connection = await service.Get<NpgsqlDataSource>().OpenConnectionAsync(Stop);

        await QueryAsync(connection, "SELECT 41 + 1");
        await QueryAsync(connection, "SELECT 41 + 1");

        Assert.Equal(1L, await QueryAsync(connection, "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 41 + 1'"));
    }

    [Fact]
    public async Task Keywords_of_the_connection_string_win_over_our_defaults()
    {
        await using var service = await StartAsync(servers.PostgresConnectionString + ";MaxPoolSize=3;Max Auto Prepare=0;Application Name=mine");

        var effective = new NpgsqlConnectionStringBuilder(service.Get<NpgsqlDataSource>().ConnectionString);

        Assert.Equal((3, 0, "mine"), (effective.MaxPoolSize, effective.MaxAutoPrepare, effective.ApplicationName));
    }

    [Fact]
    public async Task A_context_shares_the_pool_of_the_data_source_for_the_same_database()
    {
        await using var service = await StartAsync(servers.PostgresConnectionString, builder => builder.AddNpgsqlDbContext<NotesContext>("db"));
        await using var scope = service.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<NotesContext>();

        Assert.Same(service.Get<NpgsqlDataSource>(), service.Get<ContextDataSource<NotesContext>>().Source);
        Assert.Equal(42, await context.Database.SqlQuery<int>($"SELECT 42 AS \"Value\"").SingleAsync(Stop));
    }

    [Fact]
    public async Task Health_follows_the_database_down_and_up()
    {
        var server = new NpgsqlConnectionStringBuilder(servers.PostgresConnectionString);
        await using var wire = new Wire(server.Host!, server.Port);
        (server.Host, server.Port) = ("127.0.0.1", wire.Port);
        await using var service = await StartAsync(server.ConnectionString, settings: new() { ["Health:CacheFor"] = "00:00:00" });

        Assert.Equal("""{"status":"healthy"}""", await service.Client.GetStringAsync("/health", Stop));
        await wire.CutAsync();
        using var down = await service.Client.GetAsync("/health", Stop);
        wire.Mend();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, down.StatusCode);
        Assert.Equal(
            """{"status":"unhealthy","checks":{"PostgreSql":"PostgreSQL does not answer"}}""",
            await down.Content.ReadAsStringAsync(Stop));
        Assert.Equal("""{"status":"healthy"}""", await service.Client.GetStringAsync("/health", Stop));
    }

    [Fact]
    public async Task Command_metrics_are_exported_unless_disabled()
    {
        await using var service = await StartAsync(servers.PostgresConnectionString);
        await using var connection = await service.Get<NpgsqlDataSource>().OpenConnectionAsync(Stop);
        await QueryAsync(connection, "SELECT 1");

        Assert.Contains("db_client_", await service.Client.GetStringAsync("/metrics", Stop), StringComparison.Ordinal);

        await using var quiet = await StartAsync(servers.PostgresConnectionString, settings: new() { ["Aspire:Npgsql:DisableMetrics"] = "true" });
        Assert.DoesNotContain("db_client_", await quiet.Client.GetStringAsync("/metrics", Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disabled_health_checks_are_not_run()
    {
        await using var service = await StartAsync(
            "Host=127.0.0.1;Port=1", settings: new() { ["Aspire:Npgsql:db:DisableHealthChecks"] = "true" });

        Assert.Equal("""{"status":"healthy"}""", await service.Client.GetStringAsync("/health", Stop));
    }

    private static async Task<object?> QueryAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Stop);
    }

    private static Task<TestService> StartAsync(
        string connectionString,
        Action<IHostApplicationBuilder>? configure = null,
        Dictionary<string, string?>? settings = null) =>
        TestService.StartAsync(
            builder =>
            {
                builder.AddNpgsqlDataSource("db");
                configure?.Invoke(builder);
            },
            settings: new(settings ?? []) { ["ConnectionStrings:db"] = connectionString });

    private sealed class NotesContext(DbContextOptions<NotesContext> options) : DbContext(options);
}
