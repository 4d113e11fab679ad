using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using Microsoft.Extensions.Options;
using Npgsql;
using RabbitMQ.Client;

namespace AsyncStack.Worker.Rescue;

/// <summary>
/// Tells the workers once more of queued jobs whose message is gone, as after a broker lost its disk. A job that is told
/// of twice runs once: its claim is fenced.
/// </summary>
public sealed class OrphanedJobs(
    NpgsqlDataSource database, IConnection connection, OutboxPublisher outbox, IOptions<WorkerOptions> options, TimeProvider time)
{
    private const int BatchSize = 500;

    private const string AnySql = "select exists (select from jobs where state = 'queued' and queued_at < clock_timestamp() - @after)";

    private const string TakeSql = """
        with orphans as (
            select id from jobs
            where state = 'queued' and queued_at < clock_timestamp() - @after and priority = any(@priorities)
            order by queued_at limit @limit for update skip locked
        )
        update jobs j set queued_at = clock_timestamp() from orphans o where j.id = o.id returning j.id, j.job_type, j.priority, j.traceparent
        """;

    // What waits in the outbox will be published by its process or the sweeper.
    private const string WaitingSql = "select distinct routing_key from outbox where exchange = @exchange and created_at < clock_timestamp() - @after / 2";

    /// <summary>One pass.</summary>
    /// <returns>How many jobs were told of again.</returns>
    public async Task<int> RedispatchAsync(CancellationToken cancellationToken)
    {
        if (!await AnyAsync(cancellationToken))
        {
            return 0;
        }

        // Of a paused queue nobody takes; while a worker gives back what it had, the queue may look empty and its jobs lost.
        HashSet<string> waiting = [.. await WaitingQueuesAsync(cancellationToken), .. await QueueControls.ReadPausedAsync(database, cancellationToken)];
        var empty = await EmptyAsync(JobPriority.All.Where(p => !waiting.Contains(Topology.JobsQueue(p))), cancellationToken);
        return empty.Length == 0 ? 0 : await RedispatchAsync(empty, cancellationToken);
    }

    private async Task<int> RedispatchAsync(string[] priorities, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await session.BeginTransactionAsync(cancellationToken);
        var jobs = await TakeAsync(session, priorities, cancellationToken);
        var messages = JobMessages.Dispatch(jobs, time).ToList();
        if (messages.Count > 0)
        {
            await OutboxTable.InsertAsync(session, transaction, messages, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        messages.ForEach(outbox.Publish);
        return jobs.Count;
    }

    private async Task<List<QueuedJob>> TakeAsync(NpgsqlConnection session, string[] priorities, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TakeSql, session);
        command.Parameters.AddWithValue("after", options.Value.RedispatchAfter);
        command.Parameters.AddWithValue("priorities", priorities);
        command.Parameters.AddWithValue("limit", BatchSize);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<QueuedJob>();
        while (await rows.ReadAsync(cancellationToken))
        {
            jobs.Add(JobMessages.ReadQueued(rows, traceParent: 3));
        }

        return jobs;
    }

    private async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AnySql);
        command.Parameters.AddWithValue("after", options.Value.RedispatchAfter);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<HashSet<string>> WaitingQueuesAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WaitingSql);
        command.Parameters.AddWithValue("exchange", Topology.JobsExchange);
        command.Parameters.AddWithValue("after", options.Value.RedispatchAfter);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var queues = new HashSet<string>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
        {
            queues.Add(rows.GetString(0));
        }

        return queues;
    }

    private async Task<string[]> EmptyAsync(IEnumerable<string> priorities, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var empty = new List<string>();
        foreach (var priority in priorities)
        {
            if (await channel.MessageCountAsync(Topology.JobsQueue(priority), cancellationToken) == 0)
            {
                empty.Add(priority);
            }
        }

        return [.. empty];
    }
}
