using AsyncStack.Api.Audit;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using Npgsql;

namespace AsyncStack.Api.Queues;

/// <summary>Whether a queue is paused, and by whom.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Paused">Whether workers take nothing from it.</param>
/// <param name="At">When it was last paused or resumed; null when it never was.</param>
/// <param name="By">Who did.</param>
internal sealed record QueueControlView(string Queue, bool Paused, DateTimeOffset? At, string? By);

/// <summary>Pauses and resumes queues. The state is Postgres'; its notification reaches all workers when it commits.</summary>
internal sealed class QueueControl(NpgsqlDataSource database, TimeProvider time)
{
    private const string SetSql = $"""
        insert into queue_controls as c (queue, paused, at, by) values (@queue, @paused, @now, @actor)
        on conflict (queue) do update set paused = excluded.paused, at = excluded.at, by = excluded.by where c.paused <> excluded.paused
        returning true, pg_notify('{QueueControls.Changed}', '')
        """;

    /// <summary>The queues that can be paused: those of jobs.</summary>
    public static IReadOnlyList<string> Pausable { get; } = [.. JobPriority.All.Select(Topology.JobsQueue)];

    /// <summary>Pauses or resumes; what is so already stays as it is.</summary>
    public async Task<QueueControlView> SetAsync(string queue, bool paused, string actor, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var now = time.GetUtcNow();
            await using var command = new NpgsqlCommand(SetSql, connection, transaction);
            command.Parameters.AddWithValue("queue", queue);
            command.Parameters.AddWithValue("paused", paused);
            command.Parameters.AddWithValue("now", now);
            command.Parameters.AddWithValue("actor", actor);
            if (await command.ExecuteScalarAsync(cancellationToken) is not null)
            {
                var entry = new AuditEntry(paused ? AuditActions.PauseQueue : AuditActions.ResumeQueue, queue);
                await AuditLog.AddAsync(transaction, actor, now, [entry], cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        return (await ReadAsync(cancellationToken))[queue];
    }

    /// <summary>By the queue's name; a queue that was never paused or resumed is absent.</summary>
    public async Task<Dictionary<string, QueueControlView>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select queue, paused, at, by from queue_controls");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var controls = new Dictionary<string, QueueControlView>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
        {
            var control = new QueueControlView(rows.GetString(0), rows.GetBoolean(1), rows.GetFieldValue<DateTimeOffset>(2), rows.GetString(3));
            controls[control.Queue] = control;
        }

        return controls;
    }
}
