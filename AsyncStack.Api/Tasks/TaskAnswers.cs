using System.Text.Json;
using AsyncStack.Core.Caching;
using AsyncStack.Core.Counters;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Tasks;

/// <summary>Answers what became of tasks: of ended ones from the cache, else from the database.</summary>
internal sealed class TaskAnswers(JobReader jobs, TaskCache cache, SharedCounters counters)
{
    /// <summary>The task as JSON, or null when there is none.</summary>
    public async Task<string?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await cache.FindAsync(id) is { } kept)
        {
            counters.Add(Counter.CacheHits, 1);
            ApiMetrics.CountCache(hit: true);
            return kept;
        }

        if (await jobs.FindAsync(id, cancellationToken) is not { } job)
        {
            return null;
        }

        return job.HasEnded ? await KeepAsync(job, cancellationToken) : Write(job);
    }

    // The row is read again after the claim: what was read before may be older than an invalidation.
    private async Task<string?> KeepAsync(Job job, CancellationToken cancellationToken)
    {
        counters.Add(Counter.CacheMisses, 1);
        ApiMetrics.CountCache(hit: false);
        if (await cache.ClaimAsync(job.Id) is not { } claim)
        {
            return Write(job);
        }

        if (await jobs.FindAsync(job.Id, cancellationToken) is not { } now)
        {
            return null;
        }

        var answer = Write(now);
        if (now.HasEnded)
        {
            await cache.FillAsync(job.Id, claim, answer);
        }

        return answer;
    }

    private static string Write(Job job) => JsonSerializer.Serialize(TaskView.Of(job), TaskJson.Default.TaskView);
}
