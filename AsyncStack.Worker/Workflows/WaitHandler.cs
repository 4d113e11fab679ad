using AsyncStack.Worker.Execution;

namespace AsyncStack.Worker.Workflows;

/// <summary>Ends a wait: its time is the one at which its job is due.</summary>
internal sealed class WaitHandler : IJobHandler<RawJson>
{
    public ValueTask<JobOutcome> RunAsync(RawJson parameters, JobContext context) => new(new JobOutcome.Completed(null));
}
