using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AsyncStack.Core.Outbox;

/// <summary>
/// Tells the leader, whichever process that is, that rows with a partition key were committed. One notification speaks for all
/// commits since the one before; a <c>notify</c> within each transaction would make them commit one after the other. A lost one costs
/// the time until the leader's next look.
/// </summary>
public sealed class OrderedOutboxSignal(NpgsqlDataSource database, TimeProvider time, ILogger<OrderedOutboxSignal> logger) : BackgroundService
{
    /// <summary>The channel of Postgres' notifications; no payload.</summary>
    public const string Channel = "outbox_ordered";

    // Nothing hangs on this commit, so it need not wait for the disk.
    private const string Sql = $"select set_config('synchronous_commit', 'off', true), pg_notify('{Channel}', '')";

    // Under load, many commits share one notification.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly Channel<bool> _wanted = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Rows have been committed. Returns at once.</summary>
    public void Wake() => _wanted.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in _wanted.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await using var command = database.CreateCommand(Sql);
                await command.ExecuteNonQueryAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.LeaderNotWoken(logger, exception.Message);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }
}
