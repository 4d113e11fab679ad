using AsyncStack.Core.Database;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Core.Workflows;

/// <summary>A line that a handler logged while it ran a step.</summary>
/// <param name="RunId">The run.</param>
/// <param name="JobId">The step's job.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="At">When.</param>
/// <param name="Level"><c>debug</c>, <c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Message">What.</param>
public sealed record StepLogLine(Guid RunId, Guid JobId, int Attempt, DateTimeOffset At, string Level, string Message);

/// <summary>The table <c>step_logs</c>.</summary>
public sealed class StepLogTable(NpgsqlDataSource database)
{
    /// <summary>Channel of Postgres' notifications that lines were added; the payload is the run's id.</summary>
    public const string Changed = "step_logs";

    // Held until the lines are committed, so that those of one run become visible in the order of their numbers, whoever adds them.
    private const string LockSql =
        "select pg_advisory_xact_lock(hashtextextended(id::text, 0)) from (select distinct id from unnest(@runs) id order by id) locked";

    private const string Sql = $"""
        with lines as (
            insert into step_logs (run_id, job_id, attempt, at, level, message)
            select run_id, job_id, attempt, at, level, message from unnest(@runs, @jobs, @attempts, @times, @levels, @messages) with ordinality
                as l(run_id, job_id, attempt, at, level, message, place) order by place
        )
        select pg_notify('{Changed}', id::text) from (select distinct id from unnest(@runs) id) told
        """;

    /// <summary>Adds lines in their order, and tells who watches.</summary>
    public async Task AddAsync(IReadOnlyList<StepLogLine> lines, CancellationToken cancellationToken)
    {
        // One batch is one transaction.
        await using var batch = database.CreateBatch();
        var (locks, insert) = (new NpgsqlBatchCommand(LockSql), new NpgsqlBatchCommand(Sql));
        batch.BatchCommands.Add(locks);
        batch.BatchCommands.Add(insert);
        locks.Parameters.Array(NpgsqlDbType.Uuid, "runs", lines.Select(l => l.RunId));
        var p = insert.Parameters;
        p.Array(NpgsqlDbType.Uuid, "runs", lines.Select(l => l.RunId));
        p.Array(NpgsqlDbType.Uuid, "jobs", lines.Select(l => l.JobId));
        p.Array(NpgsqlDbType.Integer, "attempts", lines.Select(l => l.Attempt));
        p.Array(NpgsqlDbType.TimestampTz, "times", lines.Select(l => l.At));
        p.Array(NpgsqlDbType.Text, "levels", lines.Select(l => l.Level));
        p.Array(NpgsqlDbType.Text, "messages", lines.Select(l => l.Message.Replace('\0', '\uFFFD')));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
