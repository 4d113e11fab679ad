using System.Collections.Concurrent;
using System.Threading.Channels;
using AsyncStack.Worker.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Worker.Tests.Support;

/// <summary>What handlers of the tests tell a test, and what a test tells them.</summary>
internal sealed class Handling
{
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<Guid> Runs { get; } = new();

    public Channel<JobContext> Started { get; } = Channel.CreateUnbounded<JobContext>();

    public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Released => _release.Task;

    public void Release() => _release.TrySetResult();

    public async Task<JobContext> NextAsync() => await Started.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Waiting.AtMost);

    public void Enter(JobContext context)
    {
        Runs.Enqueue(context.JobId);
        Started.Writer.TryWrite(context);
    }
}

internal static class TestHandlers
{
    public const string Gate = "test.gate";
    public const string Hang = "test.hang";
    public const string Throw = "test.throw";
    public const string Big = "test.big";

    public const int BigLength = 10 * 1024 * 1024;

    public static IServiceCollection AddTestHandlers(this IServiceCollection services) => services
        .AddSingleton<Handling>()
        .AddJobHandler<GateHandler, RawJson>(Gate)
        .AddJobHandler<HangHandler, RawJson>(Hang)
        .AddJobHandler<ThrowHandler, RawJson>(Throw)
        .AddJobHandler<BigHandler, RawJson>(Big);

    /// <summary>Waits for the test, and stops when it is told to.</summary>
    private sealed class GateHandler(Handling handling) : IJobHandler<RawJson>
    {
        public async ValueTask<JobOutcome> RunAsync(RawJson parameters, JobContext context)
        {
            handling.Enter(context);
            try
            {
                await handling.Released.WaitAsync(context.CancellationToken);
            }
            catch (OperationCanceledException)
            {
                handling.Stopped.TrySetResult();
                throw;
            }

            return new JobOutcome.Completed("\"passed\"");
        }
    }

    /// <summary>Waits for the test, whatever it is told.</summary>
    private sealed class HangHandler(Handling handling) : IJobHandler<RawJson>
    {
        public async ValueTask<JobOutcome> RunAsync(RawJson parameters, JobContext context)
        {
            handling.Enter(context);
            await handling.Released;
            handling.Stopped.TrySetResult();
            return new JobOutcome.Completed("\"too late\"");
        }
    }

    private sealed class ThrowHandler(Handling handling) : IJobHandler<RawJson>
    {
        public ValueTask<JobOutcome> RunAsync(RawJson parameters, JobContext context)
        {
            handling.Enter(context);
            throw new InvalidOperationException("it broke\0here");
        }
    }

    private sealed class BigHandler : IJobHandler<RawJson>
    {
        public ValueTask<JobOutcome> RunAsync(RawJson parameters, JobContext context) =>
            new(new JobOutcome.Completed('"' + new string('x', BigLength) + '"'));
    }
}
