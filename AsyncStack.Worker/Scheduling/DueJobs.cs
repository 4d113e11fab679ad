using AsyncStack.Core.Jobs;
using AsyncStack.Core.Outbox;
using Npgsql;

namespace AsyncStack.Worker.Scheduling;

/// <summary>Queues jobs whose time has come: state and message in one transaction, published after it.</summary>
public sealed class DueJobs(NpgsqlDataSource database, OutboxPublisher outbox, TimeProvider time)
{
    /// <summary>Jobs in one pass at the most.</summary>
    public const int BatchSize = 500;

    private const string TakeSql = """
        with due as (
            select id from jobs where state = 'scheduled' and run_at <= clock_timestamp()
            order by run_at limit @limit for update skip locked
        )
        update jobs j set state = 'queued', queued_at = clock_timestamp() from due d where j.id = d.id
        returning j.id, j.job_type, j.priority, j.traceparent
        """;

    // The wait is counted by the database's clock, which also says what is due.
    private const string NextSql = "select extract(epoch from min(run_at) - clock_timestamp())::float8 from jobs where state = 'scheduled'";

    /// <summary>One pass.</summary>
    /// <returns>How many jobs were queued.</returns>
    public async Task<int> QueueAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var jobs = await TakeAsync(connection, cancellationToken);
        if (jobs.Count == 0)
        {
            return 0;
        }

        var messages = JobMessages.Dispatch(jobs, time).ToList();
        await OutboxTable.InsertAsync(connection, transaction, messages, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        messages.ForEach(outbox.Publish);
        return jobs.Count;
    }

    /// <summary>Time until the next job is due, zero when one is; null when none is scheduled.</summary>
    public async Task<TimeSpan?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NextSql);
        return await command.ExecuteScalarAsync(cancellationToken) is double seconds
            ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 86_400))
            : null;
    }

    private static async Task<List<QueuedJob>> TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TakeSql, connection);
        command.Parameters.AddWithValue("limit", BatchSize);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<QueuedJob>();
        while (await rows.ReadAsync(cancellationToken))
        {
            jobs.Add(JobMessages.ReadQueued(rows, traceParent: 3));
        }

        WorkerMetrics.CountDatabase("schedule");
        return jobs;
    }
}
