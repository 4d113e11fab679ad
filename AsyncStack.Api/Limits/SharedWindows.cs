using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AsyncStack.Api.Limits;

/// <summary>
/// The windows of all limits that are in use, each known by its name to every replica: counts go to Redis and come back from there a few times a second,
/// so that a request waits for nobody. While Redis is away each replica goes by its own.
/// </summary>
internal sealed class SharedWindows(IConnectionMultiplexer redis, IOptions<LimitOptions> options, TimeProvider time, ILogger<SharedWindows> logger) : BackgroundService
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, (SlidingWindow Window, TimeSpan Length)> _windows = new(StringComparer.Ordinal);
    private bool _alone;

    /// <summary>Opens a window; <see cref="Close"/> it when nothing of it counts any more.</summary>
    public SlidingWindow Open(string name, RateOptions rate)
    {
        var window = new SlidingWindow(rate.Requests, rate.Window);
        _windows[name] = (window, rate.Window);
        return window;
    }

    public void Close(string name, SlidingWindow window)
    {
        if (_windows.TryGetValue(name, out var entry) && entry.Window == window)
        {
            _windows.TryRemove(KeyValuePair.Create(name, entry));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.AreSet)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.ShareInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var reached = await Task.WhenAll(_windows.Select(w => ShareAsync(w.Key, w.Value.Window, w.Value.Length)));
            Tell(alone: reached.Contains(false));
        }
    }

    /// <returns>False when Redis was not reached.</returns>
    private async Task<bool> ShareAsync(string name, SlidingWindow window, TimeSpan length)
    {
        var (number, count) = window.TakeOwn(time.GetUtcNow());
        if (count == 0)
        {
            return true;
        }

        if (redis.IsConnected)
        {
            try
            {
                var database = redis.GetDatabase();
                var total = database.StringIncrementAsync(Key(name, number), count);
                _ = database.KeyExpireAsync(Key(name, number), 2 * length, CommandFlags.FireAndForget);
                var before = database.StringGetAsync(Key(name, number - 1));
                await Task.WhenAll(total, before).WaitAsync(Deadline, time);
                window.Learn(number, count, await total, (long?)await before);
                return true;
            }
            catch (Exception)
            {
                // The client throws more than its own exceptions while a connection breaks.
            }
        }

        window.Learn(number, count, total: null, before: null);
        return false;
    }

    private void Tell(bool alone)
    {
        if (alone != _alone)
        {
            _alone = alone;
            Log.LimitsShared(logger, alone ? "go by what this replica lets through: Redis is away" : "count what all replicas let through");
        }
    }

    private static RedisKey Key(string name, long number) => $"limit:{name}:{number}";
}
