using AsyncStack.Worker.Execution;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Worker.Rescue;

/// <summary>This worker's row in <c>workers</c>: as long as its lease lasts, its running jobs are left alone.</summary>
public sealed class WorkerLease(NpgsqlDataSource database, WorkerIdentity worker, IOptions<WorkerOptions> options)
{
    private const string RenewSql = """
        insert into workers (id, host, pid, slots, started_at, lease_until)
        values (@worker, @host, @pid, @slots, @started, clock_timestamp() + @lease)
        on conflict (id) do update set lease_until = excluded.lease_until
        """;

    // One statement renews, writes progress and asks after the running attempts.
    private const string BeatSql = $"""
        with lease as (
            {RenewSql}
        ), mine as (
            select * from unnest(@ids, @attempts, @progress, @changed, @first) as m(id, attempt, progress, changed, first)
        ), written as (
            update jobs j set progress = m.progress from mine m
            where m.changed and j.id = m.id and j.attempt = m.attempt and j.state = 'running' and j.worker_id = @worker
            returning j.id, j.attempt, m.first
        ), history as (
            insert into job_events (job_id, event, attempt, at) select id, 'processing', attempt, clock_timestamp() from written where first
        )
        select m.id, m.attempt from mine m left join jobs j on j.id = m.id
        where j.state is distinct from 'running' or j.worker_id is distinct from @worker or j.attempt <> m.attempt
        """;

    private const string RoomElsewhereSql = """
        select exists (
            select from workers w
            where w.id <> @worker and w.lease_until > now()
              and w.slots > (select count(*) from jobs j where j.worker_id = w.id and j.state = 'running'))
        """;

    /// <summary>Renews the lease.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RenewSql);
        AddWorker(command);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Renews the lease, writes progress, and finds out which attempts are no longer this worker's. Blocks its thread.</summary>
    public IReadOnlyList<(Guid Id, int Attempt)> Beat(NpgsqlConnection connection, IReadOnlyCollection<RunningJob> running)
    {
        var progress = running.Select(r => (Running: r, Unwritten: r.UnwrittenProgress())).ToArray();
        using var command = new NpgsqlCommand(BeatSql, connection);
        AddWorker(command);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. progress.Select(p => p.Running.Job.Id)]));
        command.Parameters.Add(new NpgsqlParameter<int[]>("attempts", [.. progress.Select(p => p.Running.Job.Attempt)]));
        command.Parameters.Add(new NpgsqlParameter<float[]>("progress", [.. progress.Select(p => p.Unwritten?.Value ?? 0)]));
        command.Parameters.Add(new NpgsqlParameter<bool[]>("changed", [.. progress.Select(p => p.Unwritten is not null)]));
        command.Parameters.Add(new NpgsqlParameter<bool[]>("first", [.. progress.Select(p => p.Unwritten is { First: true })]));
        using var rows = command.ExecuteReader();
        var lost = new List<(Guid, int)>();
        while (rows.Read())
        {
            lost.Add((rows.GetGuid(0), rows.GetInt32(1)));
        }

        foreach (var (job, written) in progress)
        {
            if (written is { } value)
            {
                job.MarkWritten(value.Value);
            }
        }

        return lost;
    }

    /// <summary>Whether another living worker has a free slot.</summary>
    public async Task<bool> IsRoomElsewhereAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RoomElsewhereSql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("worker", worker.Id));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Takes the row away: this worker has no jobs any more.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("delete from workers where id = @worker");
        command.Parameters.Add(new NpgsqlParameter<Guid>("worker", worker.Id));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private void AddWorker(NpgsqlCommand command)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid>("worker", worker.Id));
        command.Parameters.AddWithValue("host", worker.Host);
        command.Parameters.AddWithValue("pid", worker.ProcessId);
        command.Parameters.AddWithValue("slots", options.Value.Concurrency);
        command.Parameters.AddWithValue("started", worker.StartedAt);
        command.Parameters.AddWithValue("lease", options.Value.Lease);
    }
}
