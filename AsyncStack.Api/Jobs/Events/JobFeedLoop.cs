using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Jobs.Events;

/// <summary>Reads the watched jobs that changed, all of them with one statement: while it runs, the next gather.</summary>
internal sealed class JobFeedLoop(
    JobFeeds feeds, JobHistory history, IOptions<JobEventOptions> options, TimeProvider time, ILogger<JobFeedLoop> logger) : BackgroundService
{
    private const int BatchSize = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await RunOnceAsync(stoppingToken))
                {
                    await feeds.WaitAsync(options.Value.InstantLook, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Log.JobsNotRead(logger, exception.Message);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>One pass; false when there was nothing to read.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var stale = feeds.Take(BatchSize);
        if (stale.Length == 0)
        {
            return false;
        }

        try
        {
            var read = await history.ReadAsync([.. stale.Select(f => f.Id)], [.. stale.Select(f => f.Latest.LastId)], cancellationToken);
            foreach (var feed in stale)
            {
                feed.Publish(read.GetValueOrDefault(feed.Id));
            }
        }
        catch
        {
            // They stay to be read, except those nobody watches any more.
            Array.ForEach(stale, feed => feeds.Touch(feed.Id));
            throw;
        }

        return true;
    }
}
