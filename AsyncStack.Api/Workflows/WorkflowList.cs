using AsyncStack.Api.Requests;
using Npgsql;

namespace AsyncStack.Api.Workflows;

/// <summary>Reads workflows as lists show them: each with what it did last and when it starts next.</summary>
internal sealed class WorkflowList(NpgsqlDataSource database)
{
    private const int RecentRuns = 10;

    private const string Columns = """
        w.id, w.name, w.version, v.definition ->> 'description', json_array_length(v.definition -> 'steps'), w.created_at, w.updated_at,
        (select count(*) from workflow_runs r where r.workflow = w.name and r.state in ('queued', 'running'))::int,
        (select min(s.next_at) from schedules s where s.workflow = w.name and not s.paused)
        """;

    private const string RecentSql = """
        select n.name, r.id, r.state, r.started_at, r.finished_at from unnest(@names) as n(name)
        cross join lateral (select * from workflow_runs where workflow = n.name order by id desc limit @recent) r order by r.id desc
        """;

    /// <summary>Workflows whose name has this in it, newest first, one more than the page holds.</summary>
    public async Task<List<WorkflowSummary>> ReadAsync(string? name, Paging page, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var workflows = new List<WorkflowSummary>();
        await using (var command = new NpgsqlCommand { Connection = connection })
        {
            var conditions = new Conditions(command)
                .Add(page.Before, "w.id < @before", "before")
                .Add(name?.ToLowerInvariant(), "strpos(lower(w.name), @name) > 0", "name");
            command.Parameters.AddWithValue("limit", page.Limit + 1);
            command.CommandText = $"""
                select {Columns} from workflows w join workflow_versions v on v.workflow = w.name and v.version = w.version
                where {conditions} order by w.id desc limit @limit
                """;
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                workflows.Add(Read(rows));
            }
        }

        var recent = await ReadRecentAsync(connection, [.. workflows.Select(w => w.Name)], cancellationToken);
        return workflows.ConvertAll(w => w with { RecentRuns = [.. recent[w.Name]] });
    }

    private static WorkflowSummary Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetInt32(2), row.TextAt(3), row.GetInt32(4), row.GetInt32(7), [], row.TimeAt(8),
        row.GetFieldValue<DateTimeOffset>(5), row.GetFieldValue<DateTimeOffset>(6));

    private static async Task<ILookup<string, RecentRun>> ReadRecentAsync(NpgsqlConnection connection, string[] names, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(RecentSql, connection);
        command.Parameters.AddWithValue("names", names);
        command.Parameters.AddWithValue("recent", RecentRuns);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var recent = new List<(string Workflow, RecentRun Run)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            recent.Add((rows.GetString(0), new RecentRun(rows.GetGuid(1), rows.GetString(2), rows.TimeAt(3), rows.TimeAt(4))));
        }

        return recent.ToLookup(r => r.Workflow, r => r.Run);
    }
}
