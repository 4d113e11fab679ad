using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Core.Outbox;

/// <summary>
/// Lets one process publish the rows that have a partition key: the one whose connection holds an advisory lock. The lock goes with the
/// connection, and the others ask for it every second. They do not wait for it in the database, since a waiting statement would
/// keep vacuum from the rows that were deleted meanwhile.
/// </summary>
public sealed class OrderedOutboxLeader(
    NpgsqlDataSource database, OrderedPublisher publisher, IOptions<OutboxOptions> options, TimeProvider time, ILogger<OrderedOutboxLeader> logger)
    : BackgroundService
{
    /// <summary>Begins the application name of the leader's connection, as <c>pg_stat_activity</c> shows it; process id and host follow.</summary>
    public const string ApplicationName = "asyncstack-outbox-leader";

    private const string LockSql = "select pg_try_advisory_lock(7267, 1)";

    // A pooled connection would keep its lock, and its name, in the pool.
    private const string ReleaseSql = "reset application_name; unlisten *; select pg_advisory_unlock_all()";

    private static readonly TimeSpan LockInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Leads for as long as it can.</summary>
    /// <returns>False when another leads, true when this has led until the token was canceled.</returns>
    /// <exception cref="NpgsqlException">The connection, and the lock with it, was lost.</exception>
    public async Task<bool> LeadAsync(CancellationToken stoppingToken)
    {
        await using var connection = await database.OpenConnectionAsync(stoppingToken);
        if (await ScalarAsync(connection, LockSql) is not true)
        {
            return false;
        }

        try
        {
            await SetUpAsync(connection);
            Log.Leading(logger);
            await PublishAsync(connection, stoppingToken);
            return true;
        }
        finally
        {
            // No other process tells the age while this one's last value stands.
            CoreMetrics.OrderedAge.Record(0);
            await ReleaseAsync(connection);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LeadAsync(stoppingToken);
            }
            catch (Exception exception)
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }

                Log.LeadershipLost(logger, exception.Message);
            }

            await Task.Delay(LockInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PublishAsync(NpgsqlConnection connection, CancellationToken stoppingToken)
    {
        var woken = false;
        connection.Notification += (_, _) => woken = true;
        // What is under way at the stop is still awaited, or every stop would leave its last messages to be published twice.
        using var giveUp = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => giveUp.CancelAfter(options.Value.ConfirmTimeout));
        while (!stoppingToken.IsCancellationRequested)
        {
            woken = false;
            var (found, published) = await publisher.PublishOnceAsync(connection, giveUp.Token);
            if (found > 0 && published == 0)
            {
                await Task.Delay(PauseAfterFailure, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else if (found < OrderedPublisher.BatchSize && !woken)
            {
                await WaitAsync(connection, stoppingToken);
            }
        }
    }

    private async Task WaitAsync(NpgsqlConnection connection, CancellationToken stoppingToken)
    {
        try
        {
            await connection.WaitAsync(options.Value.SweepInterval, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    // Deleting may wait for the disk afterwards: a delete that a crash takes back costs one more publish. A host that vanished
    // without a word is noticed by keep-alives within about ten seconds.
    private static async Task SetUpAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            $"""
            set synchronous_commit = off; set tcp_keepalives_idle = 4; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3;
            select set_config('application_name', @name, false); listen {OrderedOutboxSignal.Channel}
            """,
            connection);
        command.Parameters.AddWithValue("name", $"{ApplicationName} {Environment.ProcessId} {Environment.MachineName}");
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static async Task ReleaseAsync(NpgsqlConnection connection)
    {
        try
        {
            await ScalarAsync(connection, ReleaseSql);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            // The connection is gone, and the lock went with it.
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(CancellationToken.None);
    }
}
