using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Worker.Tests.Support;

/// <summary>Lets a test wait until the worker has said something.</summary>
internal sealed class LogSignals : ILoggerProvider, ILogger
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _said = new(StringComparer.Ordinal);

    /// <summary>Completes when the event of this name is logged for the first time.</summary>
    public Task SaidAsync(string eventName) => Source(eventName).Task.WaitAsync(Waiting.AtMost, TestContext.Current.CancellationToken);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name is { } name)
        {
            Source(name).TrySetResult();
        }
    }

    public void Dispose()
    {
    }

    private TaskCompletionSource Source(string name) =>
        _said.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
