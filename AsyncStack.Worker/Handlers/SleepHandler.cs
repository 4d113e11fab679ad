using System.Text.Json;
using AsyncStack.Core.Jobs;
using AsyncStack.Worker.Execution;

namespace AsyncStack.Worker.Handlers;

/// <summary>How long to sleep.</summary>
public sealed record SleepParameters(double Seconds);

/// <summary>Waits and answers <c>"slept Ns"</c>; tells its progress each tenth of the way.</summary>
public sealed class SleepHandler(TimeProvider time) : IJobHandler<SleepParameters>
{
    private const int Steps = 10;

    public async ValueTask<JobOutcome> RunAsync(SleepParameters parameters, JobContext context)
    {
        if (parameters.Seconds is not (>= 0 and <= JobTypes.MaxSleepSeconds))
        {
            return new JobOutcome.Failed($"'seconds' is {parameters.Seconds}; it must be from 0 to {JobTypes.MaxSleepSeconds}.");
        }

        var steps = parameters.Seconds < 1 ? 1 : Steps;
        for (var i = 1; i <= steps; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(parameters.Seconds / steps), time, context.CancellationToken);
            context.ReportProgress(i / (double)steps);
        }

        return new JobOutcome.Completed(JsonSerializer.Serialize($"slept {parameters.Seconds}s"));
    }
}
