namespace AsyncStack.Worker.Execution;

/// <summary>The attempts under way in this process, which its heartbeat answers for.</summary>
public sealed class RunningJobs
{
    private readonly Dictionary<Guid, RunningJob> _jobs = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource? _empty;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _jobs.Count;
            }
        }
    }

    public IReadOnlyCollection<RunningJob> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _jobs.Values];
            }
        }
    }

    /// <summary>Enters an attempt, in the place of an earlier one of the same job.</summary>
    public RunningJob Add(ClaimedJob job)
    {
        var running = new RunningJob(job);
        lock (_lock)
        {
            _jobs[job.Id] = running;
        }

        return running;
    }

    public bool Contains(Guid id)
    {
        lock (_lock)
        {
            return _jobs.ContainsKey(id);
        }
    }

    public void Remove(RunningJob running)
    {
        lock (_lock)
        {
            if (_jobs.GetValueOrDefault(running.Job.Id) == running)
            {
                _jobs.Remove(running.Job.Id);
            }

            if (_jobs.Count == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }

    /// <summary>Stops the job's attempt, if it runs here.</summary>
    /// <param name="id">The job.</param>
    /// <param name="attempt">Only this attempt; null for any.</param>
    /// <param name="cause">Why.</param>
    public bool Stop(Guid id, int? attempt, StopCause cause)
    {
        RunningJob? running;
        lock (_lock)
        {
            running = _jobs.GetValueOrDefault(id);
        }

        if (running is null || (attempt is not null && running.Job.Attempt != attempt))
        {
            return false;
        }

        running.Stop(cause);
        return true;
    }

    /// <summary>Completes when no attempt is left; none may be added meanwhile.</summary>
    public Task EmptyAsync()
    {
        lock (_lock)
        {
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_jobs.Count == 0)
            {
                _empty.TrySetResult();
            }

            return _empty.Task;
        }
    }
}
