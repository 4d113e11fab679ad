using System.Text.Json;
using AsyncStack.Api.Requests;
using Npgsql;

namespace AsyncStack.Api.Workflows;

/// <summary>Reads backfills as callers see them.</summary>
internal sealed class BackfillViews(NpgsqlDataSource database)
{
    private const string Columns = """
        b.id, b.workflow, b.from_at, b.to_at, b.parallelism, b.runs, b.created_at,
        (select json_object_agg(state, n) from (select state, count(*) as n from workflow_runs where backfill_id = b.id group by state) s)::text
        """;

    /// <summary>The backfill; null when there is none.</summary>
    public async Task<BackfillView?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from workflow_backfills b where b.id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Read(rows) : null;
    }

    /// <summary>Backfills of a workflow, newest first, one more than the page holds.</summary>
    public async Task<List<BackfillView>> ListAsync(string workflow, Paging page, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        var conditions = new Conditions(command).Add(workflow, "b.workflow = @workflow", "workflow").Add(page.Before, "b.id < @before", "before");
        command.Parameters.AddWithValue("limit", page.Limit + 1);
        command.CommandText = $"select {Columns} from workflow_backfills b where {conditions} order by b.id desc limit @limit";
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var views = new List<BackfillView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            views.Add(Read(rows));
        }

        return views;
    }

    private static BackfillView Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), row.GetFieldValue<DateTimeOffset>(3), row.GetInt32(4), row.GetInt32(5),
        JsonSerializer.Deserialize<Dictionary<string, int>>(row.TextAt(7) ?? "{}")!, row.GetFieldValue<DateTimeOffset>(6));
}
