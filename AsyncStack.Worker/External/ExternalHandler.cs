using System.Text;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using AsyncStack.Core.Tracing;
using AsyncStack.Worker.Execution;
using AsyncStack.Worker.Rescue;
using Npgsql;

namespace AsyncStack.Worker.External;

/// <summary>
/// Hands a job to a program outside of the product: its request and the end of this worker's claim commit together.
/// The job stays running until an answer comes or its time is up.
/// </summary>
public sealed class ExternalHandler(NpgsqlDataSource database, OutboxPublisher outbox, WorkerIdentity worker, TimeProvider time)
    : IJobHandler<RawJson>
{
    private const string ReleaseSql = """
        update jobs set worker_id = null, deadline_at = clock_timestamp() + @timeout
        where id = @id and attempt = @attempt and state = 'running' and worker_id = @worker
        """;

    public async ValueTask<JobOutcome> RunAsync(RawJson parameters, JobContext context)
    {
        var request = new OutboxMessage(
            Guid.CreateVersion7(time.GetUtcNow()), "", Topology.ExternalRequests, MessageTypes.ExternalRequest,
            Encoding.UTF8.GetBytes(parameters.Text), context.CorrelationId, TraceParent.Closest(context.TraceParent));
        await using var connection = await database.OpenConnectionAsync(context.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(context.CancellationToken);
        if (await ReleaseAsync(connection, context))
        {
            await OutboxTable.InsertAsync(connection, transaction, [request], context.CancellationToken);
            await transaction.CommitAsync(context.CancellationToken);
            outbox.Publish(request);
        }

        // Without its fence the job is somebody else's, and there is nothing to hand over.
        return new JobOutcome.HandedOver();
    }

    private async Task<bool> ReleaseAsync(NpgsqlConnection connection, JobContext context)
    {
        await using var command = new NpgsqlCommand(ReleaseSql, connection);
        command.Parameters.AddWithValue("id", context.JobId);
        command.Parameters.AddWithValue("attempt", context.Attempt);
        command.Parameters.AddWithValue("worker", worker.Id);
        command.Parameters.AddWithValue("timeout", context.Timeout);
        return await command.ExecuteNonQueryAsync(context.CancellationToken) == 1;
    }
}
