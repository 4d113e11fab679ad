using AsyncStack.Api.Jobs;
using Npgsql;

namespace AsyncStack.Api.Live;

/// <summary>A job as far as a look tells whether it changed.</summary>
internal readonly record struct LiveMark(string State, int Attempt, float Progress);

/// <summary>Reads what happened lately.</summary>
internal sealed class LiveReader(NpgsqlDataSource database)
{
    /// <summary>Changed jobs that a look takes in; what is more is counted only.</summary>
    public const int MostMarks = 2000;

    /// <summary>Changed jobs that are told with all they show.</summary>
    public const int MostViews = 100;

    /// <summary>Missed jobs are counted up to here.</summary>
    private const int MostMissed = 100_000;

    // Accepted jobs are found by the time in their id, ended ones by that of their event; both are cheap however many there are.
    private const string MarksSql = """
        with touched as (
            (select id from jobs where id >= @floor and created_at >= @since order by id desc limit @most)
            union
            (select job_id from job_events where at >= @since order by at desc limit @most)
            union
            select unnest(@told)
        )
        select j.id, j.state, j.attempt, j.progress from jobs j join touched using (id) order by j.id desc
        """;

    private const string MissedSql = """
        select (select count(*) from (select from jobs where id >= @floor and created_at >= @since limit @most) j),
               count(*) filter (where event = 'finished'), count(*) filter (where event = 'failed'), count(*) filter (where event = 'canceled')
        from (select event from job_events where at >= @since limit @most) e
        """;

    private static readonly (string Topic, string[] Tables)[] Topics =
    [
        ("datasets", ["datasets"]),
        ("deliveries", ["webhook_deliveries", "webhook_endpoints", "webhook_secrets"]),
        ("audit", ["audit"]),
        ("dead_letters", ["dead_letters"]),
        ("events", ["processed_events", "resources", "tasks"]),
        ("messages", ["messages"]),
        ("workers", ["workers", "queue_controls"]),
        ("workflows", ["workflows", "workflow_runs", "workflow_backfills", "schedules"]),
    ];

    // The newest rows tell at once of what is inserted; Postgres' counters tell of the rest, a second or a few later.
    private static readonly string VersionsSql =
        $"""
         select t.topic, coalesce((select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables where relname = any(t.tables)), 0)::text || ' ' ||
             coalesce(case t.topic
                 when 'datasets' then (select id::text from datasets order by id desc limit 1)
                 when 'deliveries' then (select id::text from webhook_deliveries order by id desc limit 1)
                 when 'audit' then (select id::text from audit order by id desc limit 1)
                 when 'dead_letters' then (select id::text from dead_letters order by id desc limit 1)
                 when 'events' then (select id::text from processed_events order by id desc limit 1)
                 when 'messages' then (select id::text from messages order by id desc limit 1)
             end, '')
         from (values {string.Join(", ", Topics.Select(t => $"('{t.Topic}', array['{string.Join("', '", t.Tables)}'])"))}) t(topic, tables)
         """;

    /// <summary>Every topic, for a reader that may have missed anything.</summary>
    public static readonly string[] AllTopics = ["jobs", .. Topics.Select(t => t.Topic)];

    /// <summary>The jobs that were accepted or ended since then, and these, newest first.</summary>
    public async Task<List<(Guid Id, LiveMark Mark)>> ReadMarksAsync(DateTimeOffset since, Guid[] told, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(MarksSql);
        AddSince(command, since, MostMarks);
        command.Parameters.AddWithValue("told", told);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var marks = new List<(Guid, LiveMark)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            marks.Add((rows.GetGuid(0), new LiveMark(rows.GetString(1), rows.GetInt32(2), rows.GetFloat(3))));
        }

        return marks;
    }

    /// <summary>The jobs as lists show them, newest first.</summary>
    public async Task<List<JobView>> ReadViewsAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {JobView.ListColumns} from jobs where id = any($1) order by id desc");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var views = new List<JobView>(ids.Length);
        while (await rows.ReadAsync(cancellationToken))
        {
            views.Add(JobView.Read(rows));
        }

        return views;
    }

    /// <summary>What happened to jobs since then.</summary>
    public async Task<LiveJobs> ReadMissedAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var marks = await ReadMarksAsync(since, [], cancellationToken);
        var views = await ReadViewsAsync([.. marks.Take(MostViews).Select(m => m.Id)], cancellationToken);
        await using var command = database.CreateCommand(MissedSql);
        AddSince(command, since, MostMissed);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return new LiveJobs((int)rows.GetInt64(0), (int)rows.GetInt64(1), (int)rows.GetInt64(2), (int)rows.GetInt64(3), marks.Count - views.Count, views);
    }

    /// <summary>What grows with every change of a topic.</summary>
    public async Task<Dictionary<string, string>> ReadVersionsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(VersionsSql);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
        {
            versions[rows.GetString(0)] = rows.GetString(1);
        }

        return versions;
    }

    private static void AddSince(NpgsqlCommand command, DateTimeOffset since, int most)
    {
        command.Parameters.AddWithValue("since", since);
        command.Parameters.AddWithValue("floor", JobIds.FirstAt(since));
        command.Parameters.AddWithValue("most", most);
    }
}
