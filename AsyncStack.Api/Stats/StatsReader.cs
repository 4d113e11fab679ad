using AsyncStack.Core.Counters;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Stats;

/// <summary>
/// Reads the statistics from where they are true, all at once. Callers who come while a read is under way share it, so that many of
/// them cost the servers no more than one; nothing is kept afterwards.
/// </summary>
internal sealed class StatsReader(
    QueueCounts queues,
    UnacknowledgedCounts unacknowledged,
    RedisCounts redis,
    DatabaseCounts database,
    IOptions<StatsOptions> options,
    TimeProvider time,
    ILogger<StatsReader> logger)
{
    private readonly Lock _lock = new();
    private Task<StatsView>? _underWay;

    /// <summary>Never fails: what cannot be read is missing.</summary>
    public Task<StatsView> ReadAsync()
    {
        lock (_lock)
        {
            return _underWay is { IsCompleted: false } ? _underWay : _underWay = Task.Run(ReadOnceAsync);
        }
    }

    private async Task<StatsView> ReadOnceAsync()
    {
        var (ready, waiting, totals, record) = (TryAsync(queues.ReadAsync), TryAsync(unacknowledged.ReadAsync), TryAsync(redis.ReadAsync), TryAsync(database.ReadAsync));
        await Task.WhenAll(ready, waiting, totals, record);

        var missing = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Note(missing, ready.Result.Reason, "queues");
        Note(missing, ready.Result.Reason is null ? waiting.Result.Reason ?? Uncounted(ready.Result.Value!, waiting.Result.Value!) : null, "queues.unacknowledged");
        Note(missing, totals.Result.Reason, "cache", "worker.processed", "worker.failed", "worker.retried");
        Note(missing, record.Result.Reason, "worker.in_progress", "outbox");
        return new StatsView(
            ready.Result.Value?.ToDictionary(q => q.Key, q => new QueueStats(q.Value.Ready, Count(waiting.Result.Value, q.Key), q.Value.Consumers)),
            totals.Result.Reason is null ? Cache(totals.Result.Value) : null,
            Worker(totals.Result, record.Result),
            record.Result.Value.Outbox,
            missing.Count == 0 ? null : missing);
    }

    private async Task<(T? Value, string? Reason)> TryAsync<T>(Func<CancellationToken, Task<T>> read)
    {
        var deadline = options.Value.Deadline;
        using var expiry = new CancellationTokenSource(deadline, time);
        try
        {
            // The deadline holds for clients that ignore their token as well.
            return (await read(expiry.Token).WaitAsync(expiry.Token), null);
        }
        catch (StatsMissingException exception)
        {
            return (default, exception.Message);
        }
        catch (Exception) when (expiry.IsCancellationRequested)
        {
            return (default, $"no answer within {deadline.TotalSeconds:0.###} s");
        }
        catch (Exception exception)
        {
            // The type only: a foreign message may carry addresses and credentials.
            Log.StatsFailed(logger, exception.Message);
            return (default, exception.GetType().Name);
        }
    }

    private static void Note(SortedDictionary<string, string> missing, string? reason, params ReadOnlySpan<string> parts)
    {
        foreach (var part in reason is null ? [] : parts)
        {
            missing[part] = reason!;
        }
    }

    private static string? Uncounted(Dictionary<string, (uint Ready, uint Consumers)> queues, Dictionary<string, long> counted) =>
        queues.Keys.Where(q => !counted.ContainsKey(q)).ToArray() is { Length: > 0 } names
            ? $"RabbitMQ has not counted yet: {string.Join(", ", names)}"
            : null;

    private static long? Count(Dictionary<string, long>? counts, string queue) =>
        counts is not null && counts.TryGetValue(queue, out var count) ? count : null;

    private static CacheStats Cache((long Keys, IReadOnlyDictionary<Counter, long> Totals) redis)
    {
        var (hits, misses) = (redis.Totals[Counter.CacheHits], redis.Totals[Counter.CacheMisses]);
        return new CacheStats(redis.Keys, hits, misses, hits + misses == 0 ? 0 : Math.Round((double)hits / (hits + misses), 4));
    }

    private static WorkerStats Worker(
        ((long Keys, IReadOnlyDictionary<Counter, long> Totals) Value, string? Reason) redis,
        ((long InProgress, OutboxStats Outbox) Value, string? Reason) record)
    {
        long? Total(Counter counter) => redis.Reason is null ? redis.Value.Totals[counter] : null;
        return new WorkerStats(
            Total(Counter.WorkerProcessed),
            Total(Counter.WorkerFailed),
            Total(Counter.WorkerRetried),
            record.Reason is null ? record.Value.InProgress : null);
    }
}
