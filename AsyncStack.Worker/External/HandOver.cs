using AsyncStack.Core.Outbox;
using AsyncStack.Worker.Execution;
using AsyncStack.Worker.Rescue;
using Npgsql;

namespace AsyncStack.Worker.External;

/// <summary>Ends this worker's claim on a job that somebody outside goes on with; the job stays running until an answer comes or its time is up.</summary>
public sealed class HandOver(NpgsqlDataSource database, OutboxPublisher outbox, WorkerIdentity worker)
{
    private const string ReleaseSql = """
        update jobs set worker_id = null, deadline_at = clock_timestamp() + @timeout
        where id = @id and attempt = @attempt and state = 'running' and worker_id = @worker
        """;

    /// <summary>Commits the end of the claim together with a request, if there is one.</summary>
    public async Task RunAsync(JobContext context, OutboxMessage? request)
    {
        await using var connection = await database.OpenConnectionAsync(context.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(context.CancellationToken);

        // Without its fence the job is somebody else's, and there is nothing to hand over.
        if (!await ReleaseAsync(connection, context))
        {
            return;
        }

        if (request is not null)
        {
            await OutboxTable.InsertAsync(connection, transaction, [request], context.CancellationToken);
        }

        await transaction.CommitAsync(context.CancellationToken);
        if (request is not null)
        {
            outbox.Publish(request);
        }
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
