using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Jobs.Events;

/// <summary>
/// One watched job, read once however many watch it. It keeps the whole history since the first watcher came, which is
/// short, so a slow watcher costs no memory of its own: it takes up where it left off.
/// </summary>
internal sealed class JobFeed(Guid id)
{
    private volatile JobNews _latest = new(null, []);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Guid Id => id;

    /// <summary>How many watch it; guarded by <see cref="JobFeeds"/>.</summary>
    public int Watchers { get; set; }

    public JobNews Latest => _latest;

    /// <summary>Completes when there is something newer than <paramref name="seen"/>.</summary>
    public Task NewerThanAsync(JobNews? seen)
    {
        // Taken before the look: a change between the two completes it.
        var changed = Volatile.Read(ref _changed);
        return ReferenceEquals(_latest, seen) ? changed.Task : Task.CompletedTask;
    }

    /// <summary>Adds what was read, null when the job is gone; watchers wake only when it is news. One caller at a time.</summary>
    public void Publish(JobMoment? read)
    {
        var (moment, events) = _latest;
        if (moment is not null && read is not null && read.Events.Count == 0 && read.State == moment.State && read.Progress == moment.Progress)
        {
            return;
        }

        _latest = new JobNews(read ?? new JobMoment(JobState.Canceled, "", new JobProgressView(0, 0), []), [.. events, .. read?.Events ?? []]);
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}

/// <summary>What is known of a watched job.</summary>
/// <param name="Moment">How it was read last; null before the first time.</param>
/// <param name="Events">All its events.</param>
internal sealed record JobNews(JobMoment? Moment, JobEventView[] Events)
{
    public long LastId => Events.Length == 0 ? 0 : Events[^1].Id;
}
