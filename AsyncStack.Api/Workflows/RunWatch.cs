using AsyncStack.Core.Database;
using AsyncStack.Core.Workflows;
using AsyncStack.Core.Workflows.Running;
using Npgsql;

namespace AsyncStack.Api.Workflows;

/// <summary>Wakes streams about runs: those of one run when it changed or a step of it logged something, those of all runs with the ids of what changed.</summary>
internal sealed class RunWatch
{
    private const int MaxWatchers = 1000;

    private readonly Dictionary<Guid, HashSet<Watcher>> _ofRuns = [];
    private readonly HashSet<Watcher> _ofAll = [];
    private readonly Lock _lock = new();

    private int _open;

    /// <summary>Begins to watch a run, or all of them; null when more watch than may.</summary>
    public Watcher? TryOpen(Guid? run)
    {
        lock (_lock)
        {
            if (_open == MaxWatchers)
            {
                return null;
            }

            _open++;
            var watcher = new Watcher(this, run);
            (run is { } id ? _ofRuns.TryGetValue(id, out var all) ? all : _ofRuns[id] = [] : _ofAll).Add(watcher);
            return watcher;
        }
    }

    /// <summary>A run was made, began or ended.</summary>
    public void Changed(Guid run)
    {
        lock (_lock)
        {
            Wake(run);
            foreach (var watcher in _ofAll)
            {
                watcher.Wake(run);
            }
        }
    }

    /// <summary>A step of a run logged something.</summary>
    public void Logged(Guid run)
    {
        lock (_lock)
        {
            Wake(run);
        }
    }

    /// <summary>What happened for a while is not known.</summary>
    public void Missed()
    {
        lock (_lock)
        {
            foreach (var watcher in _ofRuns.Values.SelectMany(w => w).Concat(_ofAll))
            {
                watcher.Wake(null);
            }
        }
    }

    private void Wake(Guid run)
    {
        foreach (var watcher in _ofRuns.GetValueOrDefault(run) ?? [])
        {
            watcher.Wake(run);
        }
    }

    private void Close(Watcher watcher, Guid? run)
    {
        lock (_lock)
        {
            _open--;
            if (run is not { } id)
            {
                _ofAll.Remove(watcher);
            }
            else if (_ofRuns.TryGetValue(id, out var all) && all.Remove(watcher) && all.Count == 0)
            {
                _ofRuns.Remove(id);
            }
        }
    }

    /// <summary>One who watches.</summary>
    public sealed class Watcher(RunWatch watch, Guid? run) : IDisposable
    {
        private const int MostChanged = 1000;

        private readonly SemaphoreSlim _news = new(0, 1);
        private readonly HashSet<Guid> _changed = [];
        private bool _missed;

        /// <summary>Waits for news; false when none came in that time.</summary>
        public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _news.WaitAsync(atMost, cancellationToken);

        /// <summary>The runs that changed since this was asked last; null when there were more than are kept, or some are not known.</summary>
        public Guid[]? Take()
        {
            lock (watch._lock)
            {
                Guid[]? taken = _missed ? null : [.. _changed];
                _changed.Clear();
                _missed = false;
                return taken;
            }
        }

        /// <summary>Called with the lock held.</summary>
        public void Wake(Guid? changed)
        {
            _missed |= changed is null || _changed.Count == MostChanged;
            if (changed is { } id && run is null && !_missed)
            {
                _changed.Add(id);
            }

            if (_news.CurrentCount == 0)
            {
                _news.Release();
            }
        }

        public void Dispose()
        {
            watch.Close(this, run);
            _news.Dispose();
        }
    }
}

/// <summary>Hears of it over one connection.</summary>
internal sealed class RunWatchListener(NpgsqlDataSource database, RunWatch watch, TimeProvider time, ILogger<RunWatchListener> logger)
    : NotificationListener(database, [StepLogTable.Changed, RunSignals.Changed], time, logger)
{
    protected override void Listening() => watch.Missed();

    protected override void Hear(string channel, string payload)
    {
        if (!Guid.TryParse(payload, out var id))
        {
            return;
        }

        if (channel == RunSignals.Changed)
        {
            watch.Changed(id);
        }
        else
        {
            watch.Logged(id);
        }
    }
}
