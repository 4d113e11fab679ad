using AsyncStack.Core.Jobs;
using AsyncStack.Worker.Rescue;
using Npgsql;

namespace AsyncStack.Worker.Execution;

/// <summary>Writes how far the running attempts are, all that changed in one statement, and tells who watches.</summary>
public sealed class JobProgress(NpgsqlDataSource database, WorkerIdentity worker)
{
    private const string Sql = $"""
        with input as (
            select * from unnest(@ids, @attempts, @progress, @first) as i(id, attempt, progress, first)
        ), written as (
            update jobs j set progress = i.progress from input i
            where j.id = i.id and j.attempt = i.attempt and j.state = 'running' and j.worker_id = @worker
            returning j.id, j.attempt, i.first
        ), history as (
            insert into job_events (job_id, event, attempt, at) select id, 'processing', attempt, clock_timestamp() from written where first
        )
        select pg_notify('{JobSignals.Changed}', id::text) from written
        """;

    /// <summary>One pass; who is not this worker's any more is passed over. Without news it costs nothing.</summary>
    /// <returns>How many attempts had news.</returns>
    public async Task<int> WriteAsync(IReadOnlyCollection<RunningJob> running, CancellationToken cancellationToken)
    {
        var news = running.Select(r => (Running: r, Progress: r.UnwrittenProgress())).Where(n => n.Progress is not null).ToArray();
        if (news.Length == 0)
        {
            return 0;
        }

        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. news.Select(n => n.Running.Job.Id)]));
        command.Parameters.Add(new NpgsqlParameter<int[]>("attempts", [.. news.Select(n => n.Running.Job.Attempt)]));
        command.Parameters.Add(new NpgsqlParameter<float[]>("progress", [.. news.Select(n => n.Progress!.Value.Value)]));
        command.Parameters.Add(new NpgsqlParameter<bool[]>("first", [.. news.Select(n => n.Progress!.Value.First)]));
        command.Parameters.Add(new NpgsqlParameter<Guid>("worker", worker.Id));
        await command.ExecuteNonQueryAsync(cancellationToken);
        WorkerMetrics.CountDatabase("progress");
        foreach (var (job, progress) in news)
        {
            job.MarkWritten(progress!.Value.Value);
        }

        return news.Length;
    }
}
