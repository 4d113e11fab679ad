using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AsyncStack.Core.Database;

/// <summary>
/// Hears Postgres' notifications (<c>LISTEN</c>) and connects again when the connection is lost. Notifications only save
/// time: what is missed meanwhile must be found by the listener's own next look.
/// </summary>
/// <param name="database">Where to listen; one connection is kept for it.</param>
/// <param name="channels">Names of the channels.</param>
/// <param name="time">Tells the time.</param>
/// <param name="logger">Hears of interruptions.</param>
public abstract class NotificationListener(NpgsqlDataSource database, IReadOnlyList<string> channels, TimeProvider time, ILogger logger)
    : BackgroundService
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(1);

    /// <summary>It listens from now on; what was notified before is lost, so now is the time to look.</summary>
    protected abstract void Listening();

    /// <summary>It listens no more, until <see cref="Listening"/> says otherwise.</summary>
    protected virtual void Interrupted()
    {
    }

    /// <summary>A notification came.</summary>
    protected abstract void Hear(string channel, string payload);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.ListeningInterrupted(logger, exception.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            finally
            {
                Interrupted();
            }

            await Task.Delay(ReconnectDelay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = await database.OpenConnectionAsync(stoppingToken);
        connection.Notification += (_, notification) => Hear(notification.Channel, notification.Payload);
        await ExecuteAsync(connection, string.Join(';', channels.Select(c => $"listen {c}")), stoppingToken);
        Listening();
        while (true)
        {
            // A connection that died without a word is found by asking it something now and then.
            if (!await connection.WaitAsync(ProbeInterval, stoppingToken))
            {
                await ExecuteAsync(connection, "select 1", stoppingToken);
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
