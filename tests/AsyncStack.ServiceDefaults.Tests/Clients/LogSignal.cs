using Microsoft.Extensions.Logging;

namespace AsyncStack.ServiceDefaults.Tests.Clients;

/// <summary>Lets a test wait for a log message.</summary>
internal sealed class LogSignal(string text) : ILoggerProvider, ILogger
{
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Seen => _seen.Task.WaitAsync(Waiting.AtMost, TestContext.Current.CancellationToken);

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (formatter(state, exception).Contains(text, StringComparison.Ordinal))
            _seen.TrySetResult();
    }

    public void Dispose()
    {
    }
}
