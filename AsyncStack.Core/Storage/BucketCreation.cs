using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Core.Storage;

/// <summary>
/// Creates the application's buckets before the service takes work. A store that does not answer at once does not hold up the start:
/// the attempts go on in the background, and until one succeeds the health check says no.
/// </summary>
internal sealed class BucketCreation(IObjectStorage storage, TimeProvider clock, ILogger<BucketCreation> logger) : BackgroundService
{
    private static readonly TimeSpan AttemptDeadline = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!await TryCreateAsync(FirstDelay, cancellationToken))
            await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var delay = FirstDelay;
        do
        {
            await Task.Delay(delay, clock, stoppingToken);
            delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, LongestDelay.Ticks));
        }
        while (!await TryCreateAsync(delay, stoppingToken));
    }

    private async Task<bool> TryCreateAsync(TimeSpan nextDelay, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(AttemptDeadline);
        try
        {
            foreach (var bucket in StorageBuckets.All)
                await storage.EnsureBucketAsync(bucket, deadline.Token);
            StorageLog.StorageReady(logger, storage.ToString() ?? "");
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = deadline.IsCancellationRequested ? $"no answer within {AttemptDeadline}" : e.Message;
            StorageLog.StorageNotReady(logger, storage.ToString() ?? "", nextDelay, reason);
            return false;
        }
    }
}
