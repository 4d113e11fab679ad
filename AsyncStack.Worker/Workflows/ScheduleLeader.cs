using AsyncStack.Core.Workflows.Schedules;
using Npgsql;

namespace AsyncStack.Worker.Workflows;

/// <summary>
/// Lets one worker start what schedules want: the one whose connection holds an advisory lock. The lock goes with the connection, and the others ask
/// for it every second. Two that lead at once, as when a connection is lost unnoticed, start no time twice: see <see cref="ScheduleFiring"/>.
/// </summary>
public sealed class ScheduleLeader(NpgsqlDataSource database, ScheduleFiring firing, TimeProvider time, ILogger<ScheduleLeader> logger) : BackgroundService
{
    /// <summary>Begins the application name of the leader's connection, as <c>pg_stat_activity</c> shows it; process id and host follow.</summary>
    public const string ApplicationName = "asyncstack-schedule-leader";

    private const string LockSql = "select pg_try_advisory_lock(7267, 2)";

    // A pooled connection would keep its lock, and its name, in the pool.
    private const string ReleaseSql = "reset application_name; unlisten *; select pg_advisory_unlock_all()";

    private static readonly TimeSpan LockInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(10);

    /// <summary>Leads for as long as it can.</summary>
    /// <returns>False when another leads.</returns>
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
            Log.LeadsSchedules(logger);
            while (!stoppingToken.IsCancellationRequested)
            {
                WorkerMetrics.ScheduledRuns.Add(await firing.RunOnceAsync(stoppingToken));
                await connection.WaitAsync(Sleep(await firing.NextAsync(stoppingToken)), stoppingToken);
            }

            return true;
        }
        finally
        {
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

                Log.SchedulesNotLed(logger, exception.Message);
            }

            await Task.Delay(LockInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TimeSpan Sleep(TimeSpan? next) =>
        next is not { } wait || wait > LongestSleep ? LongestSleep : wait < ShortestSleep ? ShortestSleep : wait;

    // A host that vanished without a word is noticed by keep-alives within about ten seconds.
    private static async Task SetUpAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            $"""
            set tcp_keepalives_idle = 4; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3;
            select set_config('application_name', @name, false); listen {ScheduleTable.Changed}
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
