using AsyncStack.Hosting;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Testing;
using Npgsql;
using Xunit;

namespace AsyncStack.Testing;

/// <summary>The servers a test project may need.</summary>
[Flags]
public enum Servers
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>PostgreSQL.</summary>
    Postgres = 1,

    /// <summary>RabbitMQ.</summary>
    RabbitMQ = 2,

    /// <summary>Redis.</summary>
    Redis = 4,
}

/// <summary>
/// Real servers for the tests of one assembly, on random ports with throw-away data. Derive from it, naming the servers, and
/// register the derived class with <c>[assembly: AssemblyFixture(typeof(…))]</c>.
/// </summary>
/// <param name="servers">The servers.</param>
/// <param name="queueMetrics">Whether RabbitMQ tells of its queues over HTTP.</param>
public abstract class ServersFixture(Servers servers, bool queueMetrics = false) : IAsyncLifetime
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(2);

    private DistributedApplication? _app;

    /// <summary>The server's own database, <c>postgres</c>; tests take a fresh one by <see cref="CreateDatabaseAsync"/>.</summary>
    public string PostgresConnectionString { get; private set; } = "";

    /// <summary>As an AMQP URI.</summary>
    public string RabbitMQConnectionString { get; private set; } = "";

    /// <summary>Where RabbitMQ's metrics are, if they were asked for.</summary>
    public Uri? QueueMetrics { get; private set; }

    /// <summary>As StackExchange.Redis reads it.</summary>
    public string RedisConnectionString { get; private set; } = "";

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        if (servers.HasFlag(Servers.Postgres))
            builder.AddPostgres(NameOf(Servers.Postgres));
        if (servers.HasFlag(Servers.RabbitMQ))
        {
            var broker = builder.AddRabbitMQ(NameOf(Servers.RabbitMQ));
            if (queueMetrics)
                broker.WithHttpEndpoint(targetPort: 15692, name: "metrics");
        }

        if (servers.HasFlag(Servers.Redis))
            builder.AddRedis(NameOf(Servers.Redis));

        _app = await builder.BuildAsync();
        await _app.StartAsync();
        await Task.WhenAll(Chosen().Select(WaitUntilHealthyAsync));
        PostgresConnectionString = servers.HasFlag(Servers.Postgres) ? $"{await ConnectionStringAsync(Servers.Postgres)};Database=postgres" : "";
        RabbitMQConnectionString = await ConnectionStringAsync(Servers.RabbitMQ);
        RedisConnectionString = await ConnectionStringAsync(Servers.Redis);
        QueueMetrics = queueMetrics ? _app.GetEndpoint(NameOf(Servers.RabbitMQ), "metrics") : null;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_app is not null)
            await _app.DisposeAsync();
    }

    /// <summary>Makes an empty database and returns how to connect to it.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var name = $"test_{Guid.NewGuid():N}";
        // A pooled connection could be one from before a restart.
        var unpooled = new NpgsqlConnectionStringBuilder(PostgresConnectionString) { Pooling = false }.ConnectionString;
        await using var connection = new NpgsqlConnection(unpooled);
        await connection.OpenAsync(cancellationToken);
        await using var create = new NpgsqlCommand($"create database {name}", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
        return new NpgsqlConnectionStringBuilder(PostgresConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Stops a server; clients lose their connections. Its data stays.</summary>
    public Task StopAsync(Servers server, CancellationToken cancellationToken = default)
        => Application.StopResourceAsync(NameOf(server), cancellationToken);

    /// <summary>Starts a stopped server at its old address and returns once it takes clients.</summary>
    public async Task StartAsync(Servers server, CancellationToken cancellationToken = default)
    {
        await Application.StartResourceAsync(NameOf(server), cancellationToken);
        await WaitUntilHealthyAsync(server);
    }

    /// <summary>Stops and starts a server.</summary>
    public async Task RestartAsync(Servers server, CancellationToken cancellationToken = default)
    {
        await StopAsync(server, cancellationToken);
        await StartAsync(server, cancellationToken);
    }

    private DistributedApplication Application => _app ?? throw new InvalidOperationException("The servers are not started.");

    private static string NameOf(Servers server) => server.ToString().ToLowerInvariant();

    private IEnumerable<Servers> Chosen() => Enum.GetValues<Servers>().Where(server => server != Servers.None && servers.HasFlag(server));

    private async Task<string> ConnectionStringAsync(Servers server)
        => servers.HasFlag(server) ? (await Application.GetConnectionStringAsync(NameOf(server)))! : "";

    private async Task WaitUntilHealthyAsync(Servers server)
    {
        using var deadline = new CancellationTokenSource(StartDeadline);
        await Application.ResourceNotifications.WaitForResourceHealthyAsync(NameOf(server), deadline.Token);
    }
}
