using AsyncStack.Core.Jobs;
using Npgsql;

namespace AsyncStack.Worker.External;

/// <summary>A job as an answer finds it.</summary>
/// <param name="Id">The job.</param>
/// <param name="Attempt">Its current attempt.</param>
/// <param name="JobType">Its type.</param>
/// <param name="Waits">Whether it waits for an answer.</param>
/// <param name="TraceParent">W3C trace context of the request that submitted it.</param>
/// <param name="RootRunId">The outermost run of the workflow it is of.</param>
public sealed record HandedOverJob(Guid Id, int Attempt, string JobType, bool Waits, string? TraceParent, Guid? RootRunId = null)
{
    /// <summary>Whether programs outside may answer it at all.</summary>
    public bool IsExternal => JobType.StartsWith(JobTypes.ExternalPrefix, StringComparison.Ordinal) || JobType == JobTypes.Airflow.Name;
}

/// <summary>Finds the jobs that answers belong to.</summary>
public sealed class HandedOverJobs(NpgsqlDataSource database)
{
    private const string Sql = """
        select correlation_id, id, attempt, job_type, state = 'running' and worker_id is null, traceparent, root_run_id
        from jobs where correlation_id = any(@ids)
        """;

    /// <summary>The jobs by correlation id.</summary>
    public async Task<Dictionary<string, HandedOverJob>> FindAsync(string[] correlationIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue("ids", correlationIds);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new Dictionary<string, HandedOverJob>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
        {
            var trace = await rows.IsDBNullAsync(5, cancellationToken) ? null : rows.GetString(5);
            var root = await rows.IsDBNullAsync(6, cancellationToken) ? (Guid?)null : rows.GetGuid(6);
            jobs[rows.GetString(0)] = new HandedOverJob(rows.GetGuid(1), rows.GetInt32(2), rows.GetString(3), rows.GetBoolean(4), trace, root);
        }

        WorkerMetrics.CountDatabase("find");
        return jobs;
    }
}
