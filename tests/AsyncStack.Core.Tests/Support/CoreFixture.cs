using AsyncStack.Core.Outbox;
using AsyncStack.Core.Tests.Support;
using AsyncStack.Core.Workflows.Running;
using AsyncStack.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using RabbitMQ.Client;

[assembly: AssemblyFixture(typeof(CoreServers))]

namespace AsyncStack.Core.Tests.Support;

/// <summary>The servers of this assembly's tests.</summary>
public sealed class CoreServers() : ServersFixture(Servers.Postgres | Servers.RabbitMQ);

/// <summary>A fresh database and a connection to the broker.</summary>
public sealed class CoreFixture(CoreServers servers) : IAsyncLifetime
{
    internal string ConnectionString { get; private set; } = "";

    internal NpgsqlDataSource Database { get; private set; } = null!;

    internal IConnection Broker { get; private set; } = null!;

    internal OutboxTable Outbox { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await servers.CreateMigratedDatabaseAsync();
        Database = NpgsqlDataSource.Create(ConnectionString);
        Broker = await ConnectAsync();
        Outbox = new OutboxTable(Database);
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        await Database.DisposeAsync();
    }

    internal Task<IConnection> ConnectAsync() => new ConnectionFactory { Uri = new Uri(servers.RabbitMQConnectionString) }.CreateConnectionAsync();

    internal static IOptions<OutboxOptions> Options(TimeSpan? grace = null) => Microsoft.Extensions.Options.Options.Create(
        new OutboxOptions { Grace = grace ?? TimeSpan.FromMinutes(1), ConfirmTimeout = Waiting.AtMost });

    internal ConfirmedPublisher NewPublisher(IConnection? connection = null) => new(connection ?? Broker, Options());

    internal OutboxSweeper NewSweeper(ConfirmedPublisher publisher) =>
        new(Outbox, publisher, Options(), TimeProvider.System, NullLogger<OutboxSweeper>.Instance);

    internal OutboxPublisher NewHotPath(ConfirmedPublisher publisher) =>
        new(publisher, Outbox, Options(), NullLogger<OutboxPublisher>.Instance);

    /// <summary>The ordered publication, which looks by itself only every <paramref name="interval"/>.</summary>
    internal OrderedOutboxLeader NewLeader(ConfirmedPublisher publisher, NpgsqlDataSource? database = null, TimeSpan? interval = null)
    {
        var options = Options();
        options.Value.SweepInterval = interval ?? options.Value.SweepInterval;
        return new(
            database ?? Database, NewOrdered(publisher), options, TimeProvider.System, NullLogger<OrderedOutboxLeader>.Instance);
    }

    internal static OrderedPublisher NewOrdered(ConfirmedPublisher publisher) => new(publisher, Options(), NullLogger<OrderedPublisher>.Instance);

    internal OrderedOutboxSignal NewSignal() => new(Database, TimeProvider.System, NullLogger<OrderedOutboxSignal>.Instance);

    internal StepFinisher NewSteps(OutboxPublisher hotPath) =>
        new(new RunTransactions(Database, new WorkflowPlans(), hotPath, NewSignal(), TimeProvider.System), new WorkflowPlans(), TimeProvider.System);

    /// <summary>The database's process that serves the leader; null when nobody leads.</summary>
    internal async Task<int?> LeaderAsync() => await ReadAsync<int>($"""
        select coalesce(min(pid), 0) from pg_stat_activity
        where datname = current_database() and application_name like '{OrderedOutboxLeader.ApplicationName} %'
        """) is > 0 and var pid ? pid : null;

    /// <summary>Connects on its own to the same database.</summary>
    internal NpgsqlDataSource NewDatabase() => NpgsqlDataSource.Create(ConnectionString);

    /// <summary>Commits rows, older than the grace time unless they are to be new.</summary>
    internal async Task InsertAsync(IReadOnlyList<OutboxMessage> messages, bool isNew = false)
    {
        await using var connection = await Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await OutboxTable.InsertAsync(connection, null, messages, TestContext.Current.CancellationToken);
        if (!isNew)
        {
            await ExecuteAsync("update outbox set created_at = now() - interval '1 hour' where id = any($1)", messages.Select(m => m.Id).ToArray());
        }
    }

    internal async Task<HashSet<Guid>> LeftAsync(IEnumerable<OutboxMessage> of) =>
        [.. (await ReadAsync<Guid[]>("select coalesce(array_agg(id), '{}') from outbox where id = any($1)", of.Select(m => m.Id).ToArray()))];

    internal async Task<T> ReadAsync<T>(string sql, object? parameter = null)
    {
        await using var command = Command(sql, parameter);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    internal async Task ExecuteAsync(string sql, object? parameter = null)
    {
        await using var command = Command(sql, parameter);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Completes when that many of the database's sessions wait for a lock.</summary>
    internal Task WaitersAsync(int count) => Waiting.ForAsync(async () =>
        await ReadAsync<long>("""
            select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()
            """) == count);

    private NpgsqlCommand Command(string sql, object? parameter)
    {
        var command = Database.CreateCommand(sql);
        if (parameter is not null)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return command;
    }
}
