using AsyncStack.Api.Jobs;
using AsyncStack.Api.Stats;
using AsyncStack.Core.Jobs;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Live;

/// <summary>What one look found.</summary>
/// <param name="Number">Grows by one with each.</param>
/// <param name="Until">When it was taken: a stream that has told it is taken up from here.</param>
/// <param name="Jobs">Jobs that changed; null when none did.</param>
/// <param name="Changed">What else changed; null when nothing did.</param>
/// <param name="Stats">The statistics, when they are due.</param>
internal sealed record LiveTick(long Number, DateTimeOffset Until, LiveJobs? Jobs, LiveChanged? Changed, StatsView? Stats);

/// <summary>
/// Looks at what happens, once for all streams and only while one is open. Notifications would serialize the commits of the hot path, so
/// it asks; what it asks costs the same whether two or two thousand jobs a second run.
/// </summary>
internal sealed class LiveFeed(
    LiveReader reader, StatsReader stats, IOptions<LiveOptions> options, TimeProvider time, ILogger<LiveFeed> logger) : BackgroundService
{
    /// <summary>Looks that are kept for streams that are behind.</summary>
    private const int Kept = 32;

    // A transaction commits after the time that it writes down, if only a little.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Queue<LiveTick> _ticks = [];
    private readonly HashSet<Guid> _told = [];
    private Dictionary<Guid, LiveMark> _marks = [];
    private Dictionary<string, string> _versions = [];
    private TaskCompletionSource _news = NewSignal();
    private TaskCompletionSource _wanted = NewSignal();
    private long _number;
    private int _open;
    private DateTimeOffset _since;
    private DateTimeOffset _statsAt;
    private bool _failing;

    /// <summary>Counts a stream in and answers from which look on it hears; null when there are too many. Each is given back with <see cref="Close"/>.</summary>
    public long? TryOpen()
    {
        lock (_lock)
        {
            if (_open >= options.Value.MaxStreams)
            {
                return null;
            }

            _open++;
            _wanted.TrySetResult();
            return _number;
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            _open--;
        }
    }

    /// <summary>A job told that it changed.</summary>
    public void Touch(Guid id)
    {
        lock (_lock)
        {
            if (_open > 0 && _told.Count < LiveReader.MostMarks)
            {
                _told.Add(id);
            }
        }
    }

    /// <summary>The looks after that one, null when some of them are gone, and a task that ends with the next.</summary>
    public (IReadOnlyList<LiveTick>? Ticks, Task News) ReadAfter(long number)
    {
        lock (_lock)
        {
            var gone = _number - number > _ticks.Count;
            return (gone ? null : [.. _ticks.Where(t => t.Number > number)], _news.Task);
        }
    }

    /// <summary>The number of the latest look.</summary>
    public long Latest
    {
        get
        {
            lock (_lock)
            {
                return _number;
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await WantedAsync(stoppingToken);
            await LookAsync(stoppingToken);
            await Task.Delay(options.Value.Look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WantedAsync(CancellationToken stoppingToken)
    {
        Task wanted;
        lock (_lock)
        {
            if (_open > 0)
            {
                return;
            }

            _ticks.Clear();
            _told.Clear();
            _wanted = NewSignal();
            wanted = _wanted.Task;
        }

        await wanted.WaitAsync(stoppingToken);

        // What came before the first stream is known to it, or told as missed.
        (_since, _marks, _versions) = (time.GetUtcNow(), [], []);
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        var now = time.GetUtcNow();
        LiveJobs? jobs = null;
        LiveChanged? changed = null;
        try
        {
            jobs = await ReadJobsAsync(now, stoppingToken);
            changed = await ReadChangedAsync(stoppingToken);
            _failing = false;
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            // The next look goes as far back as this one would have.
            if (!_failing)
            {
                Log.LiveNotRead(logger, exception.Message);
            }

            _failing = true;
        }

        var due = now - _statsAt >= options.Value.Stats;
        _statsAt = due ? now : _statsAt;
        Publish(now, jobs, changed, due ? await stats.ReadAsync() : null);
    }

    private async Task<LiveJobs?> ReadJobsAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        Guid[] told;
        lock (_lock)
        {
            told = [.. _told];
            _told.Clear();
        }

        var since = _since - Overlap;
        var read = await reader.ReadMarksAsync(since, told, cancellationToken);
        var news = read.Where(m => !_marks.TryGetValue(m.Id, out var known) || known != m.Mark).ToList();
        var before = _marks;
        _marks = read.DistinctBy(m => m.Id).ToDictionary(m => m.Id, m => m.Mark);
        _since = now;
        if (news.Count == 0)
        {
            return null;
        }

        var views = await reader.ReadViewsAsync([.. news.Take(LiveReader.MostViews).Select(m => m.Id)], cancellationToken);
        var oldest = JobIds.FirstAt(since);
        int Count(string state) => news.Count(m => m.Mark.State == state);
        return new LiveJobs(
            news.Count(m => m.Id.CompareTo(oldest) >= 0 && !before.ContainsKey(m.Id)), Count(JobState.Completed), Count(JobState.Failed),
            Count(JobState.Canceled), news.Count - views.Count, views);
    }

    private async Task<LiveChanged?> ReadChangedAsync(CancellationToken cancellationToken)
    {
        var versions = await reader.ReadVersionsAsync(cancellationToken);
        string[] changed = [.. versions.Where(v => _versions.TryGetValue(v.Key, out var known) && known != v.Value).Select(v => v.Key)];
        _versions = versions;
        return changed.Length == 0 ? null : new LiveChanged(changed);
    }

    private void Publish(DateTimeOffset until, LiveJobs? jobs, LiveChanged? changed, StatsView? statistics)
    {
        if (jobs is null && changed is null && statistics is null)
        {
            return;
        }

        TaskCompletionSource news;
        lock (_lock)
        {
            _ticks.Enqueue(new LiveTick(++_number, until, jobs, changed, statistics));
            while (_ticks.Count > Kept)
            {
                _ticks.Dequeue();
            }

            (news, _news) = (_news, NewSignal());
        }

        news.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
