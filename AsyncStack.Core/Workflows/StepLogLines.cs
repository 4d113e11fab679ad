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

    private const string Sql = $"""
        with lines as (
            insert into step_logs (job_id, attempt, at, level, message)
            select job_id, attempt, at, level, message from unnest(@jobs, @attempts, @times, @levels, @messages) with ordinality
                as l(job_id, attempt, at, level, message, place) order by place
        )
        select pg_notify('{Changed}', id::text) from unnest(@runs) id
        """;

    /// <summary>Adds lines in their order, and tells who watches.</summary>
    public async Task AddAsync(IReadOnlyList<StepLogLine> lines, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Array(NpgsqlDbType.Uuid, "jobs", lines.Select(l => l.JobId));
        command.Parameters.Array(NpgsqlDbType.Integer, "attempts", lines.Select(l => l.Attempt));
        command.Parameters.Array(NpgsqlDbType.TimestampTz, "times", lines.Select(l => l.At));
        command.Parameters.Array(NpgsqlDbType.Text, "levels", lines.Select(l => l.Level));
        command.Parameters.Array(NpgsqlDbType.Text, "messages", lines.Select(l => l.Message.Replace('\0', '\uFFFD')));
        command.Parameters.Array(NpgsqlDbType.Uuid, "runs", lines.Select(l => l.RunId).Distinct());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
