using AsyncStack.Core.Jobs;
using Npgsql;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>
/// Places for which jobs and runs wait: those of pools, and runs of one workflow or backfill at once. Whoever frees a place gives it to the one that
/// waits longest, in the same transaction; the row of the pool or the workflow is locked for it, after that of any run.
/// </summary>
internal static class RunPlaces
{
    private const string PoolsSql = "select name, slots from workflow_pools where name = any(@pools) order by name for update";

    // Rows that somebody holds are being canceled; who cancels them looks at their pool afterwards.
    private const string FillSql = """
        with used as (
            select count(*)::int as n from jobs
            where pool = @pool and (state in ('queued', 'running') or (state = 'scheduled' and run_at is not null))
        ), next as (
            select id from jobs where pool = @pool and state = 'scheduled' and run_at is null
            order by id limit (select greatest(0, @slots - n) from used) for update skip locked
        )
        update jobs j set state = 'queued', queued_at = @now from next where j.id = next.id returning j.id, j.job_type, j.priority, j.traceparent
        """;

    private const string LockWorkflowSql = "select name from workflows where name = @workflow for update";

    private const string RoomSql = """
        select (@limit::int is null or (select count(*) from workflow_runs where workflow = @workflow and state = 'running') < @limit)
           and (@backfill::uuid is null or (select count(*) from workflow_runs where backfill_id = @backfill and state = 'running')
                < (select parallelism from workflow_backfills where id = @backfill))
        """;

    // Told to a worker, which looks again whether there is room: this only must not tell too few.
    private const string NextSql = """
        with next as (
            select r.id from workflow_runs r join jobs j on j.id = r.id left join workflow_backfills b on b.id = r.backfill_id
            where r.workflow = @workflow and r.state = 'queued' and j.state = 'scheduled' and j.run_at is null
              and (b.id is null or b.parallelism > (select count(*) from workflow_runs a where a.backfill_id = b.id and a.state = 'running'))
            order by r.id
            limit (select case when @limit::int is null then 100
                               else greatest(0, @limit - (select count(*) from workflow_runs where workflow = @workflow and state = 'running')) end)
            for update of j skip locked
        )
        update jobs j set state = 'queued', queued_at = @now from next where j.id = next.id returning j.id, j.job_type, j.priority, j.traceparent
        """;

    /// <summary>Gives free places of pools to the jobs that wait for them.</summary>
    /// <returns>The jobs that are queued now.</returns>
    public static async Task<List<QueuedJob>> FillAsync(
        NpgsqlConnection connection, IReadOnlyCollection<string> pools, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var slots = new List<(string Name, int Slots)>();
        await using (var command = new NpgsqlCommand(PoolsSql, connection))
        {
            command.Parameters.Add(new NpgsqlParameter<string[]>("pools", [.. pools]));
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                slots.Add((rows.GetString(0), rows.GetInt32(1)));
            }
        }

        var queued = new List<QueuedJob>();
        foreach (var (name, places) in slots)
        {
            await using var command = new NpgsqlCommand(FillSql, connection);
            command.Parameters.Add(new NpgsqlParameter<string>("pool", name));
            command.Parameters.Add(new NpgsqlParameter<int>("slots", places));
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", now));
            queued.AddRange(await ReadAsync(command, cancellationToken));
        }

        return queued;
    }

    /// <summary>Whether one more run may begin; it may only when others wait for this transaction to end.</summary>
    public static async Task<bool> IsRoomAsync(NpgsqlConnection connection, RunRecord run, CancellationToken cancellationToken)
    {
        if (run.Plan.Definition.MaxActiveRuns is null && run.BackfillId is null)
        {
            return true;
        }

        await LockAsync(connection, run.Workflow, cancellationToken);
        await using var command = new NpgsqlCommand(RoomSql, connection);
        command.Parameters.AddWithValue("workflow", run.Workflow);
        command.Parameters.AddWithValue("limit", NpgsqlTypes.NpgsqlDbType.Integer, (object?)run.Plan.Definition.MaxActiveRuns ?? DBNull.Value);
        command.Parameters.AddWithValue("backfill", NpgsqlTypes.NpgsqlDbType.Uuid, (object?)run.BackfillId ?? DBNull.Value);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Has runs of a workflow begin that wait for a place, as many as there are.</summary>
    /// <returns>Their jobs, which are queued now.</returns>
    public static async Task<List<QueuedJob>> NextAsync(
        NpgsqlConnection connection, string workflow, int? limit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await LockAsync(connection, workflow, cancellationToken);
        await using var command = new NpgsqlCommand(NextSql, connection);
        command.Parameters.AddWithValue("workflow", workflow);
        command.Parameters.AddWithValue("limit", NpgsqlTypes.NpgsqlDbType.Integer, (object?)limit ?? DBNull.Value);
        command.Parameters.AddWithValue("now", now);
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task LockAsync(NpgsqlConnection connection, string workflow, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockWorkflowSql, connection);
        command.Parameters.AddWithValue("workflow", workflow);
        await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task<List<QueuedJob>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var queued = new List<QueuedJob>();
        while (await rows.ReadAsync(cancellationToken))
        {
            queued.Add(JobMessages.ReadQueued(rows, traceParent: 3));
        }

        return queued;
    }
}
