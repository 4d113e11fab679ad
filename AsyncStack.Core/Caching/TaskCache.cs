using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AsyncStack.Core.Caching;

/// <summary>
/// Ended tasks as they are answered, in Redis under <c>task:{id}</c>. Without Redis everything is a miss.
/// </summary>
/// <remarks>
/// The race: a reader takes the row from Postgres, a retry commits and invalidates, and only then the reader writes what it read.
/// So a reader first puts a claim where the answer is to be (<see cref="ClaimAsync"/>), then reads the row, and its answer replaces
/// nothing but its own claim (<see cref="FillAsync"/>). A change that commits before that read is seen by it; one that commits later
/// invalidates later, and takes the claim or the answer away.
/// </remarks>
public sealed class TaskCache(IConnectionMultiplexer redis, IOptions<TaskCacheOptions> options, TimeProvider time)
{
    // No JSON begins like this.
    private const string ClaimPrefix = "?";

    // Outlasts the reading of a row; a claim whose reader died is in nobody's way for longer.
    private static readonly TimeSpan ClaimLifetime = TimeSpan.FromSeconds(5);

    private long _pausedUntil;

    /// <summary>The answer, or null.</summary>
    public async Task<string?> FindAsync(Guid id)
    {
        string? found = await AskAsync(d => d.StringGetAsync(Key(id)));
        return found?.StartsWith(ClaimPrefix, StringComparison.Ordinal) == true ? null : found;
    }

    /// <summary>Announces that the caller is about to read this task to keep its answer.</summary>
    /// <returns>What to give to <see cref="FillAsync"/>; null when somebody else is about to, or Redis is away.</returns>
    public async Task<string?> ClaimAsync(Guid id)
    {
        var claim = ClaimPrefix + Guid.NewGuid().ToString("N");
        return await AskAsync(d => d.StringSetAsync(Key(id), claim, ClaimLifetime, When.NotExists)) ? claim : null;
    }

    /// <summary>Keeps an answer made from a row that was read after the claim, unless the task was invalidated meanwhile.</summary>
    /// <returns>Whether it is kept.</returns>
    public Task<bool> FillAsync(Guid id, string claim, string answer) => AskAsync(d =>
    {
        var transaction = d.CreateTransaction();
        transaction.AddCondition(Condition.StringEqual(Key(id), claim));
        _ = transaction.StringSetAsync(Key(id), answer, options.Value.Lifetime);
        return transaction.ExecuteAsync();
    });

    /// <summary>Forgets tasks; to be called after the change of their rows has been committed.</summary>
    public async Task InvalidateAsync(params Guid[] ids)
    {
        // Also while others are not to wait for Redis: it may yet hear of this before it answers the next one.
        if (ids.Length > 0 && redis.IsConnected)
        {
            await TryAsync(d => d.KeyDeleteAsync([.. ids.Select(Key)]));
        }
    }

    private static RedisKey Key(Guid id) => "task:" + id.ToString("D");

    private Task<T?> AskAsync<T>(Func<IDatabase, Task<T>> ask) =>
        redis.IsConnected && time.GetTimestamp() >= Volatile.Read(ref _pausedUntil) ? TryAsync(ask) : Task.FromResult(default(T));

    // Commands of a connection that hangs are neither answered nor refused, and the driver cancels none.
    private async Task<T?> TryAsync<T>(Func<IDatabase, Task<T>> ask)
    {
        try
        {
            return await ask(redis.GetDatabase()).WaitAsync(options.Value.Deadline, time);
        }
        catch (TimeoutException)
        {
            Volatile.Write(ref _pausedUntil, time.GetTimestamp() + (long)(options.Value.Pause.TotalSeconds * time.TimestampFrequency));
            return default;
        }
        catch (Exception)
        {
            // The client throws more than its own exceptions while a connection breaks, and what was committed stays so.
            return default;
        }
    }
}
