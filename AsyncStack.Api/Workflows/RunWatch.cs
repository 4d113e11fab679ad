using System.Collections.Concurrent;
using AsyncStack.Core.Database;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Workflows;
using Npgsql;

namespace AsyncStack.Api.Workflows;

/// <summary>Wakes the streams of runs whose steps logged something, or that ended.</summary>
internal sealed class RunWatch
{
    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<Watcher, bool>> _watchers = new();

    /// <summary>Begins to watch a run.</summary>
    public Watcher Open(Guid run)
    {
        var watcher = new Watcher(this, run);
        _watchers.GetOrAdd(run, static _ => new()).TryAdd(watcher, true);
        return watcher;
    }

    public void Wake(Guid run)
    {
        foreach (var watcher in _watchers.GetValueOrDefault(run)?.Keys ?? [])
        {
            watcher.Wake();
        }
    }

    public void WakeAll()
    {
        foreach (var run in _watchers.Keys)
        {
            Wake(run);
        }
    }

    private void Close(Watcher watcher)
    {
        if (_watchers.TryGetValue(watcher.Run, out var all) && all.TryRemove(watcher, out _) && all.IsEmpty)
        {
            // One that came in between is looked up anew by its heartbeat at the latest.
            _watchers.TryRemove(new KeyValuePair<Guid, ConcurrentDictionary<Watcher, bool>>(watcher.Run, all));
        }
    }

    /// <summary>One who watches.</summary>
    public sealed class Watcher(RunWatch watch, Guid run) : IDisposable
    {
        private readonly SemaphoreSlim _news = new(0, 1);
        private readonly Lock _lock = new();

        public Guid Run => run;

        public void Wake()
        {
            lock (_lock)
            {
                if (_news.CurrentCount == 0)
                {
                    _news.Release();
                }
            }
        }

        /// <summary>Waits for news; false when none came in that time.</summary>
        public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _news.WaitAsync(atMost, cancellationToken);

        public void Dispose()
        {
            watch.Close(this);
            _news.Dispose();
        }
    }
}

/// <summary>Hears of it over one connection.</summary>
internal sealed class RunWatchListener(NpgsqlDataSource database, RunWatch watch, TimeProvider time, ILogger<RunWatchListener> logger)
    : NotificationListener(database, [StepLogTable.Changed, JobSignals.Changed], time, logger)
{
    protected override void Listening() => watch.WakeAll();

    protected override void Hear(string channel, string payload)
    {
        if (Guid.TryParse(payload, out var id))
        {
            watch.Wake(id);
        }
    }
}
