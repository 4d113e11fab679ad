using AsyncStack.Worker.Execution;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Worker.Rescue;

/// <summary>This worker's row in <c>workers</c>: as long as its lease lasts, its running jobs are left alone.</summary>
public sealed class WorkerLease(NpgsqlDataSource database, WorkerIdentity worker, IOptions<WorkerOptions> options)
{
    private const string RenewSql = """
        insert into workers (id, host, pid, version, slots, started_at, heartbeat_at, lease_until)
        values (@worker, @host, @pid, @version, @slots, @started, clock_timestamp(), clock_timestamp() + @lease)
        on conflict (id) do update set heartbeat_at = excluded.heartbeat_at, lease_until = excluded.lease_until
        """;

    // One statement renews and asks after the running attempts.
    private const string BeatSql = $"""
        with lease as (
            {RenewSql}
        )
        select m.id, m.attempt from unnest(@ids, @attempts) as m(id, attempt) left join jobs j on j.id = m.id
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

    /// <summary>Renews the lease and finds out which attempts are no longer this worker's. Blocks its thread.</summary>
    public IReadOnlyList<(Guid Id, int Attempt)> Beat(NpgsqlConnection connection, IReadOnlyCollection<RunningJob> running)
    {
        using var command = new NpgsqlCommand(BeatSql, connection);
        AddWorker(command);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. running.Select(r => r.Job.Id)]));
        command.Parameters.Add(new NpgsqlParameter<int[]>("attempts", [.. running.Select(r => r.Job.Attempt)]));
        using var rows = command.ExecuteReader();
        var lost = new List<(Guid, int)>();
        while (rows.Read())
        {
            lost.Add((rows.GetGuid(0), rows.GetInt32(1)));
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
        command.Parameters.AddWithValue("version", NpgsqlDbType.Text, (object?)worker.Version ?? DBNull.Value);
        command.Parameters.AddWithValue("slots", options.Value.Concurrency);
        command.Parameters.AddWithValue("started", worker.StartedAt);
        command.Parameters.AddWithValue("lease", options.Value.Lease);
    }
}
