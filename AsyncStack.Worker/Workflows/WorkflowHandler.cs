using AsyncStack.Core.Workflows.Running;
using AsyncStack.Worker.Execution;
using AsyncStack.Worker.Rescue;

namespace AsyncStack.Worker.Workflows;

/// <summary>
/// Begins a run that waited for its time or for a place. The run then goes on by the ends of its steps, and its job stays running until the run ends.
/// </summary>
internal sealed class WorkflowHandler(RunTransactions transactions, WorkerIdentity worker) : IJobHandler<RawJson>
{
    public async ValueTask<JobOutcome> RunAsync(RawJson parameters, JobContext context)
    {
        await transactions.RunAsync(
            async (_, runs) =>
            {
                await runs.BeginAsync(context.JobId, context.Attempt, worker.Id);
                return true;
            },
            context.CancellationToken);
        return new JobOutcome.HandedOver();
    }
}
