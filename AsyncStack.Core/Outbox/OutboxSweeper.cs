using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AsyncStack.Core.Outbox;

/// <summary>Publishes the outbox rows whose own process did not: it was killed, or the broker was away.</summary>
public sealed class OutboxSweeper(
    OutboxTable table,
    ConfirmedPublisher publisher,
    IOptions<OutboxOptions> options,
    TimeProvider time,
    ILogger<OutboxSweeper> logger) : BackgroundService
{
    private const int BatchSize = 512;

    /// <summary>One pass: publishes up to a batch of rows past their grace time; true when more may wait.</summary>
    public async Task<bool> SweepOnceAsync(CancellationToken cancellationToken)
    {
        var (found, published) = await table.SweepAsync(options.Value.Grace, BatchSize, TryPublishAsync, cancellationToken);
        if (found > 0)
        {
            CoreMetrics.OutboxPublished.Add(published, CoreMetrics.Swept);
            Log.Swept(logger, published, found);
        }

        return published == BatchSize;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        do
        {
            try
            {
                while (await SweepOnceAsync(stoppingToken))
                {
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Log.SweepFailed(logger, exception.Message);
            }
        }
        while (await WaitAsync(timer, stoppingToken));
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<PublishOutcome> TryPublishAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await publisher.PublishAsync(message, cancellationToken);
            return PublishOutcome.Confirmed;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.PublishFailed(logger, message.Id, message.RoutingKey, exception.Message);
            return PublishOutcomes.Of(exception);
        }
    }
}
