using System.Threading.Channels;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Jobs.Events;

/// <summary>The jobs somebody watches, and those of them that must be read again.</summary>
internal sealed class JobFeeds(TimeProvider time)
{
    private readonly Dictionary<Guid, JobFeed> _feeds = [];
    private readonly HashSet<JobFeed> _stale = [];
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();

    /// <summary>Begins to watch a job; every watch is given back with <see cref="Close"/>.</summary>
    public JobFeed Open(Guid id)
    {
        lock (_lock)
        {
            if (!_feeds.TryGetValue(id, out var feed))
            {
                _feeds[id] = feed = new JobFeed(id);
            }

            feed.Watchers++;
            Touch(feed);
            return feed;
        }
    }

    public void Close(JobFeed feed)
    {
        lock (_lock)
        {
            if (--feed.Watchers == 0)
            {
                _feeds.Remove(feed.Id);
                _stale.Remove(feed);
            }
        }
    }

    /// <summary>Something happened to the job.</summary>
    public void Touch(Guid id)
    {
        lock (_lock)
        {
            if (_feeds.TryGetValue(id, out var feed))
            {
                Touch(feed);
            }
        }
    }

    /// <summary>Something may have happened to these.</summary>
    public void TouchAll(Func<JobFeed, bool> which)
    {
        lock (_lock)
        {
            foreach (var feed in _feeds.Values.Where(which))
            {
                Touch(feed);
            }
        }
    }

    /// <summary>Takes up to that many jobs that must be read again.</summary>
    public JobFeed[] Take(int most)
    {
        lock (_lock)
        {
            JobFeed[] taken = [.. _stale.Take(most)];
            _stale.ExceptWith(taken);
            return taken;
        }
    }

    /// <summary>Waits until a job must be read again; watched instant jobs do not tell of themselves and are taken up by the clock.</summary>
    public async Task WaitAsync(TimeSpan instantLook, CancellationToken cancellationToken)
    {
        using var alarm = AnyInstant() ? new CancellationTokenSource(instantLook, time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(alarm.Token, cancellationToken);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            TouchAll(IsInstant);
        }
    }

    private bool AnyInstant()
    {
        lock (_lock)
        {
            return _feeds.Values.Any(IsInstant);
        }
    }

    private static bool IsInstant(JobFeed feed) => feed.Latest.Moment is { Ended: false } moment && JobTypes.Find(moment.JobType) is { Instant: true };

    private void Touch(JobFeed feed)
    {
        _stale.Add(feed);
        _wake.Writer.TryWrite(true);
    }
}
