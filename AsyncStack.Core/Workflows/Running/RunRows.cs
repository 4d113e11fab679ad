using System.Text.Json;
using AsyncStack.Core.Workflows.Definition;
using Npgsql;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>Locks and reads runs.</summary>
internal static class RunRows
{
    private const string LockSql = "select id from workflow_runs where id = any(@roots) order by id for update /*skip*/";

    private const string RunsSql = """
        select r.id, r.root_id, r.parent_id, r.depth, r.workflow, r.version, r.state, r.input::text, r.priority, r.timeout_seconds, r.traceparent,
               r.schedule, r.scheduled_at, r.backfill_id, r.started_at, j.step, j.step_round, j.callback_url is not null
        from workflow_runs r join jobs j on j.id = r.id where r.id =
        """;

    private const string StepsSql = """
        select run_id, place, state, round, total, next, completed, failed, canceled, error_message, started_at, finished_at
        from workflow_steps where run_id =
        """;

    private const string These = "any(@ids)";

    private const string OfJobs = "any(array(select run_id from jobs where id = any(@ids)))";

    private const string ChildrenSql = "select id from workflow_runs where parent_id = any(@ids) and state in ('queued', 'running')";

    /// <summary>
    /// Locks the trees of these outermost runs, in one order everywhere. Whoever changes anything of a tree holds its lock, and takes it before that
    /// of any job.
    /// </summary>
    public static NpgsqlBatchCommand Lock(IEnumerable<Guid> roots, bool skipHeld = false)
    {
        var command = new NpgsqlBatchCommand(LockSql.Replace("/*skip*/", skipHeld ? "skip locked" : "", StringComparison.Ordinal));
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("roots", [.. roots]));
        return command;
    }

    public static async Task<List<Guid>> ChildrenAsync(NpgsqlConnection connection, Guid[] parents, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ChildrenSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", parents));
        return await Database.Commands.ReadIdsAsync(command, cancellationToken);
    }

    /// <summary>Reads runs whose trees are locked.</summary>
    public static async Task<List<RunRecord>> ReadAsync(
        NpgsqlConnection connection, WorkflowPlans plans, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        AddReads(batch, ids, These);
        Rows rows;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            rows = await ReadAsync(reader, cancellationToken);
        }

        return await rows.ToRecordsAsync(connection, plans, cancellationToken);
    }

    /// <summary>Adds to a batch, after that which locks them, the statements that read the runs whose steps these jobs are of.</summary>
    public static void AddReadsOfJobs(NpgsqlBatch batch, Guid[] jobs) => AddReads(batch, jobs, OfJobs);

    /// <summary>Reads the two results of such statements, from the first on.</summary>
    public static async Task<Rows> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new Rows();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Runs.Add(ReadRun(reader));
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            if (!rows.Steps.TryGetValue(id, out var list))
            {
                rows.Steps[id] = list = [];
            }

            list.Add(ReadStep(reader));
        }

        return rows;
    }

    private static void AddReads(NpgsqlBatch batch, Guid[] ids, string which)
    {
        foreach (var sql in (string[])[RunsSql, StepsSql])
        {
            var command = new NpgsqlBatchCommand(sql + which);
            command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", ids));
            batch.BatchCommands.Add(command);
        }
    }

    private static Row ReadRun(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetGuid(1),
        row.IsDBNull(2) ? null : row.GetGuid(2),
        row.GetInt32(3),
        row.GetString(4),
        row.GetInt32(5),
        row.GetString(6),
        row.GetString(7),
        row.GetString(8),
        row.GetInt32(9),
        Text(row, 10),
        Text(row, 11),
        Time(row, 12),
        row.IsDBNull(13) ? null : row.GetGuid(13),
        Time(row, 14),
        row.IsDBNull(15) ? null : (row.GetString(15), row.GetInt32(16)),
        row.GetBoolean(17));

    private static StepProgress ReadStep(NpgsqlDataReader row) => new(row.GetInt32(1))
    {
        State = row.GetString(2),
        Round = row.GetInt32(3),
        Total = row.GetInt32(4),
        Next = row.GetInt32(5),
        Completed = row.GetInt32(6),
        Failed = row.GetInt32(7),
        Canceled = row.GetInt32(8),
        Error = Text(row, 9),
        StartedAt = Time(row, 10),
        FinishedAt = Time(row, 11),
    };

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    /// <summary>Runs and steps as they were read.</summary>
    internal sealed class Rows
    {
        public List<Row> Runs { get; } = [];

        public Dictionary<Guid, List<StepProgress>> Steps { get; } = [];

        /// <summary>Puts them together with the versions they run by.</summary>
        public async Task<List<RunRecord>> ToRecordsAsync(NpgsqlConnection connection, WorkflowPlans plans, CancellationToken cancellationToken)
        {
            var runs = new List<RunRecord>(Runs.Count);
            foreach (var row in Runs)
            {
                var plan = await plans.FindAsync(connection, row.Workflow, row.Version, cancellationToken);
                runs.Add(row.ToRecord(plan, [.. Steps.GetValueOrDefault(row.Id, []).OrderBy(s => s.Place)]));
            }

            return runs;
        }
    }

    internal sealed record Row(
        Guid Id,
        Guid RootId,
        Guid? ParentId,
        int Depth,
        string Workflow,
        int Version,
        string State,
        string Input,
        string Priority,
        int TimeoutSeconds,
        string? TraceParent,
        string? Schedule,
        DateTimeOffset? ScheduledAt,
        Guid? BackfillId,
        DateTimeOffset? StartedAt,
        (string, int)? Parent,
        bool HasCallback)
    {
        public RunRecord ToRecord(RunPlan plan, IReadOnlyList<StepProgress> steps) => new(plan, steps)
        {
            Id = Id,
            RootId = RootId,
            ParentId = ParentId,
            Parent = Parent,
            Depth = Depth,
            Workflow = Workflow,
            Version = Version,
            State = State,
            Input = JsonElement.Parse(Input),
            Priority = Priority,
            TimeoutSeconds = TimeoutSeconds,
            TraceParent = TraceParent,
            Schedule = Schedule,
            ScheduledAt = ScheduledAt,
            BackfillId = BackfillId,
            StartedAt = StartedAt,
            HasCallback = HasCallback,
        };
    }
}
