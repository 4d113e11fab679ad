using AsyncStack.Core.Workflows;
using AsyncStack.Worker.Execution;

namespace AsyncStack.Worker.Workflows;

/// <summary>What one attempt at a step logs: at most 1,000 lines of at most 4,096 characters, from the level information on.</summary>
public sealed class StepLog(StepLogs logs, Guid runId, ClaimedJob job, TimeProvider time)
{
    private const int MaxLines = 1000;
    private const int MaxLength = 4096;

    private int _lines;

    /// <summary>A logger that keeps what goes to <paramref name="other"/> as well.</summary>
    public ILogger Beside(ILogger other) => new Both(this, other);

    public void Add(string level, string message)
    {
        var line = Interlocked.Increment(ref _lines);
        if (line > MaxLines)
        {
            return;
        }

        var text = line == MaxLines ? "More lines were logged than are kept." : message.Length > MaxLength ? message[..MaxLength] + "…" : message;
        logs.TryAdd(new StepLogLine(runId, job.Id, job.Attempt, time.GetUtcNow(), level, text));
    }

    /// <summary>Waits, a moment at the most, until its lines are written, so that who sees the end sees them.</summary>
    public Task FlushAsync() => Volatile.Read(ref _lines) == 0 ? Task.CompletedTask : logs.FlushAsync();

    private sealed class Both(StepLog log, ILogger other) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => other.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information || other.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Information)
            {
                log.Add(Name(logLevel), exception is null ? formatter(state, exception) : $"{formatter(state, exception)}: {exception.Message}");
            }

            if (other.IsEnabled(logLevel))
            {
                other.Log(logLevel, eventId, state, exception, formatter);
            }
        }

        private static string Name(LogLevel level) => level switch
        {
            LogLevel.Information => "info",
            LogLevel.Warning => "warning",
            _ => "error",
        };
    }
}
