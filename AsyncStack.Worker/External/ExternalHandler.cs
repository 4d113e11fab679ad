using System.Text;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using AsyncStack.Core.Tracing;
using AsyncStack.Worker.Execution;

namespace AsyncStack.Worker.External;

/// <summary>
/// Hands a job to a program outside of the product: its request and the end of this worker's claim commit together.
/// The job stays running until an answer comes or its time is up.
/// </summary>
public sealed class ExternalHandler(HandOver handOver, TimeProvider time) : IJobHandler<RawJson>
{
    public async ValueTask<JobOutcome> RunAsync(RawJson parameters, JobContext context)
    {
        await handOver.RunAsync(context, new OutboxMessage(
            Guid.CreateVersion7(time.GetUtcNow()), "", Topology.ExternalRequests, MessageTypes.ExternalRequest,
            Encoding.UTF8.GetBytes(parameters.Text), context.CorrelationId, TraceParent.Closest(context.TraceParent)));
        return new JobOutcome.HandedOver();
    }
}
