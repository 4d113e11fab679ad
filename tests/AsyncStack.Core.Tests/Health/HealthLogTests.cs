using AsyncStack.Core.Health;
using AsyncStack.Core.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AsyncStack.Core.Tests.Health;

public sealed class HealthLogTests(CoreFixture core) : IClassFixture<CoreFixture>
{
    private readonly string _app = Guid.NewGuid().ToString();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_a_start_and_a_change_are_written()
    {
        var log = NewLog(core.Database);
        foreach (var report in new[] { Report(), Report(), Report(("Redis", HealthStatus.Degraded)), Report(), Report() })
        {
            await log.PublishAsync(report, Cancel);
        }

        Assert.Equal(["healthy", "degraded: Redis", "healthy"], await StatusesAsync());
        Assert.Equal(Environment.MachineName, await ScalarAsync<string>("select distinct pod from health where app = $1"));
    }

    [Fact]
    public async Task Failing_checks_are_named_in_order()
    {
        await NewLog(core.Database).PublishAsync(
            Report(("Redis", HealthStatus.Degraded), ("RabbitMQ", HealthStatus.Unhealthy), ("Fine", HealthStatus.Healthy)), Cancel);

        Assert.Equal(["unhealthy: RabbitMQ, Redis"], await StatusesAsync());
    }

    [Fact]
    public async Task What_happened_while_the_database_was_away_is_written_when_it_is_back()
    {
        var settings = new NpgsqlConnectionStringBuilder(core.ConnectionString);
        await using var wire = new Wire(settings.Host!, settings.Port);
        (settings.Host, settings.Port) = ("127.0.0.1", wire.Port);
        await using var database = NpgsqlDataSource.Create(settings.ConnectionString);
        var log = NewLog(database);
        await wire.CutAsync();

        await log.PublishAsync(Report(("Postgres", HealthStatus.Unhealthy)), Cancel);
        await log.PublishAsync(Report(("Postgres", HealthStatus.Unhealthy)), Cancel);
        Assert.Empty(await StatusesAsync());
        wire.Mend();
        await log.PublishAsync(Report(), Cancel);

        Assert.Equal(["unhealthy: Postgres", "healthy"], await StatusesAsync());
        Assert.Equal(2, await ScalarAsync<long>("select count(distinct time) from health where app = $1"));
    }

    private HealthLog NewLog(NpgsqlDataSource database)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("OTEL_SERVICE_NAME", _app)]).Build();
        return new HealthLog(database, configuration, new HostingEnvironment(), TimeProvider.System, NullLogger<HealthLog>.Instance);
    }

    private static HealthReport Report(params (string Name, HealthStatus Status)[] checks) => new(
        checks.ToDictionary(c => c.Name, c => new HealthReportEntry(c.Status, null, TimeSpan.Zero, null, null)), TimeSpan.Zero);

    private async Task<List<string>> StatusesAsync()
    {
        await using var command = Command("select status from health where app = $1 order by id");
        await using var rows = await command.ExecuteReaderAsync(Cancel);
        var statuses = new List<string>();
        while (await rows.ReadAsync(Cancel))
        {
            statuses.Add(rows.GetString(0));
        }

        return statuses;
    }

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Command(sql);
        return (T)(await command.ExecuteScalarAsync(Cancel))!;
    }

    private NpgsqlCommand Command(string sql)
    {
        var command = core.Database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _app });
        return command;
    }

    private sealed class HostingEnvironment : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Test";

        public string ApplicationName { get; set; } = "Test";

        public string ContentRootPath { get; set; } = "";

        public Microsoft.Extensions.FileProviders.IFileProvider ContentRootFileProvider { get; set; } = null!;
    }
}
