using AsyncStack.Worker.Execution;

namespace AsyncStack.Worker.Handlers;

/// <summary>Answers its payload.</summary>
public sealed class EchoHandler : IJobHandler<RawJson>
{
    public ValueTask<JobOutcome> RunAsync(RawJson parameters, JobContext context) => new(new JobOutcome.Completed(parameters.Text));
}
