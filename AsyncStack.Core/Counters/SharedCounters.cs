using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace AsyncStack.Core.Counters;

/// <summary>
/// Totals over all processes, in one hash of Redis. Counting costs an addition in memory; what has been counted goes out ten
/// times a second. While Redis is away it waits here; what was on its way when the connection broke may be lost, since sending it
/// again might count it twice.
/// </summary>
public sealed class SharedCounters(IConnectionMultiplexer redis, TimeProvider time, ILogger<SharedCounters> logger) : BackgroundService
{
    /// <summary>The hash; its fields are the names of <see cref="Counter"/>.</summary>
    public const string Key = "asyncstack:counters";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly Counter[] All = Enum.GetValues<Counter>();

    private readonly long[] _counted = new long[All.Length];

    /// <summary>Counts.</summary>
    public void Add(Counter counter, long count)
    {
        if (count > 0)
        {
            Interlocked.Add(ref _counted[(int)counter], count);
        }
    }

    /// <summary>The totals as Redis holds them.</summary>
    /// <param name="database">Where they are.</param>
    public static async Task<IReadOnlyDictionary<Counter, long>> ReadAsync(IDatabase database)
    {
        var values = await database.HashGetAsync(Key, [.. All.Select(c => (RedisValue)c.ToString())]);
        return All.ToDictionary(c => c, c => (long)values[(int)c]);
    }

    /// <summary>Sends what has been counted.</summary>
    public async Task FlushAsync()
    {
        if (!redis.IsConnected || All.All(c => Volatile.Read(ref _counted[(int)c]) == 0))
        {
            return;
        }

        var transaction = redis.GetDatabase().CreateTransaction();
        var taken = All.ToDictionary(counter => counter, counter => Interlocked.Exchange(ref _counted[(int)counter], 0));
        foreach (var (counter, count) in taken.Where(t => t.Value > 0))
        {
            _ = transaction.HashIncrementAsync(Key, counter.ToString(), count);
        }

        try
        {
            await transaction.ExecuteAsync().WaitAsync(Deadline, time);
        }
        catch (RedisConnectionException exception) when (exception.FailureType == ConnectionFailureType.UnableToResolvePhysicalConnection)
        {
            // The client says that it is connected a moment before it can send. Nothing was on its way, so it waits for the next time.
            foreach (var (counter, count) in taken)
            {
                Add(counter, count);
            }
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryFlushAsync();
        }
    }

    private async Task TryFlushAsync()
    {
        try
        {
            await FlushAsync();
        }
        catch (Exception exception)
        {
            // The client throws more than its own exceptions while a connection breaks; what is counted must not stop a service.
            Log.CountersLost(logger, exception.Message);
        }
    }
}
