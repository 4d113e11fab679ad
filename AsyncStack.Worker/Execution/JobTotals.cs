using AsyncStack.Core.Counters;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Worker.Execution;

/// <summary>Counts over all workers what was really written: an end whose fence was gone is none.</summary>
public sealed class JobTotals(SharedCounters counters)
{
    /// <summary>Counts jobs that were to be ended, of which these were.</summary>
    public void CountEnded(IReadOnlyList<JobFinish> jobs, IReadOnlySet<Guid> ended)
    {
        counters.Add(Counter.WorkerProcessed, ended.Count);
        counters.Add(Counter.WorkerFailed, jobs.Count(j => j.State == JobState.Failed && ended.Contains(j.Id)));
    }

    /// <summary>Counts attempts that are followed by another.</summary>
    public void CountReturned(int attempts) => counters.Add(Counter.WorkerRetried, attempts);
}
