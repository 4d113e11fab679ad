using Npgsql;

namespace AsyncStack.Worker.Consuming;

/// <summary>An instant job as it was read: nothing is claimed, its fence is the write of its end.</summary>
public readonly record struct InstantJob(Guid Id, string JobType, string Payload, int Attempt, string? TraceParent, Guid? RootRunId = null);

/// <summary>Reads instant jobs, many at once.</summary>
public sealed class InstantJobs(NpgsqlDataSource database)
{
    private const string Sql = "select id, job_type, payload, attempt, root_run_id from jobs where id = any($1) and state = 'queued'";

    private const string TracedSql = "select id, job_type, payload, attempt, root_run_id, traceparent from jobs where id = any($1) and state = 'queued'";

    /// <summary>Those that are still queued, in no order.</summary>
    public async Task<List<InstantJob>> ReadAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        var traced = WorkerTracing.Enabled;
        await using var command = database.CreateCommand(traced ? TracedSql : Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<InstantJob>(ids.Length);
        while (await rows.ReadAsync(cancellationToken))
        {
            var trace = traced && !await rows.IsDBNullAsync(5, cancellationToken) ? rows.GetString(5) : null;
            var root = await rows.IsDBNullAsync(4, cancellationToken) ? (Guid?)null : rows.GetGuid(4);
            jobs.Add(new InstantJob(rows.GetGuid(0), rows.GetString(1), rows.GetString(2), rows.GetInt32(3), trace, root));
        }

        WorkerMetrics.CountDatabase("read");
        return jobs;
    }
}
