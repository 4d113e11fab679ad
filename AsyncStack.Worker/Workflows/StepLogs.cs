using System.Threading.Channels;
using AsyncStack.Core.Workflows;
using AsyncStack.Worker.Execution;

namespace AsyncStack.Worker.Workflows;

/// <summary>
/// Keeps what handlers log while they run steps. Lines are written together a few times a second, and those of an attempt before its end is; when more
/// come than are written, the newest are left out rather than that a step waits.
/// </summary>
public sealed class StepLogs(StepLogTable table, TimeProvider time, ILogger<StepLogs> logger) : BackgroundService
{
    private const int Capacity = 20_000;
    private const int BatchSize = 1000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FlushAtMost = TimeSpan.FromSeconds(2);

    private readonly Channel<Entry> _entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly SemaphoreSlim _hurry = new(0, 1);

    /// <summary>The log of an attempt, or null when its job is no step.</summary>
    public StepLog? Open(ClaimedJob job) => job.RunId is { } run ? new StepLog(this, run, job, time) : null;

    public override void Dispose()
    {
        _hurry.Dispose();
        base.Dispose();
    }

    internal bool TryAdd(StepLogLine line) => _entries.Writer.TryWrite(new Entry(line, null));

    /// <summary>Completes when everything that was added before is written, or could not be.</summary>
    internal async Task FlushAsync()
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_entries.Writer.TryWrite(new Entry(null, written)))
        {
            return;
        }

        Hurry();
        await written.Task.WaitAsync(FlushAtMost, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Entry>(BatchSize);
        while (await _entries.Reader.WaitToReadAsync(stoppingToken))
        {
            await _hurry.WaitAsync(Pause, stoppingToken);
            while (batch.Count < BatchSize && _entries.Reader.TryRead(out var entry))
            {
                batch.Add(entry);
            }

            await WriteAsync(batch, stoppingToken);
            batch.Clear();
        }
    }

    private async Task WriteAsync(List<Entry> batch, CancellationToken stoppingToken)
    {
        try
        {
            var lines = batch.Select(e => e.Line).OfType<StepLogLine>().ToList();
            if (lines.Count > 0)
            {
                await table.AddAsync(lines, stoppingToken);
                WorkerMetrics.StepLogLines.Add(lines.Count);
            }
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            Log.StepLogsLost(logger, batch.Count, exception.Message);
        }
        finally
        {
            batch.ForEach(e => e.Written?.TrySetResult());
        }
    }

    private void Hurry()
    {
        try
        {
            _hurry.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is in a hurry already.
        }
    }

    private readonly record struct Entry(StepLogLine? Line, TaskCompletionSource? Written);
}
