using System.Text.Json;
using AsyncStack.Api.Audit;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Workflows.Definition;
using AsyncStack.Core.Workflows.Running;
using AsyncStack.Core.Workflows.Schedules;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Api.Workflows;

/// <summary>Workflows and their versions; a version never changes, and one that is the same as the current is none.</summary>
internal sealed class WorkflowStore(NpgsqlDataSource database, RunTransactions transactions, ScheduleTable schedules, TimeProvider time)
{
    private const string Columns = "w.id, w.name, v.version, v.definition::text, w.created_at, v.created_at";

    // The row is locked whether it is new or not, so that two writers take one version after the other.
    private const string LockSql = """
        insert into workflows (id, name, version, created_at, updated_at) values (@id, @name, 0, @now, @now)
        on conflict (name) do update set name = excluded.name
        """;

    private const string CurrentSql = """
        select w.version, v.definition::text from workflows w left join workflow_versions v on v.workflow = w.name and v.version = w.version where w.name = @name
        """;

    private const string AddSql = """
        with added as (
            insert into workflow_versions (workflow, version, definition, created_at) values (@name, @version, @definition::json, @now)
        )
        update workflows set version = @version, updated_at = @now where name = @name
        """;

    private const string VersionsSql = $"""
        select {Columns} from workflows w join workflow_versions v on v.workflow = w.name
        where w.name = @name and v.version < @before order by v.version desc limit @limit
        """;

    private const string UnknownPoolsSql = "select p from unnest(@pools) p where not exists (select from workflow_pools w where w.name = p)";

    /// <summary>Adds a version; an unchanged definition adds none.</summary>
    /// <returns>The current version, and whether the workflow is new; null when the errors say why not.</returns>
    public async Task<(WorkflowView View, bool IsNew)?> PutAsync(
        string name, JsonElement root, WorkflowDefinition definition, string actor, FieldErrors errors, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await CheckPoolsAsync(connection, definition, errors, cancellationToken);
        if (errors.Any)
        {
            return null;
        }

        var (now, text) = (time.GetUtcNow(), root.GetRawText());
        var (version, current) = await LockAsync(connection, name, now, cancellationToken);
        if (current is null || !JsonElement.DeepEquals(JsonElement.Parse(current), root))
        {
            await AddAsync(connection, name, ++version, text, now, cancellationToken);
            await schedules.PutOfDefinitionAsync(connection, name, definition.Schedule, cancellationToken);
            await AuditLog.AddAsync(transaction, actor, now, [new AuditEntry(AuditActions.PutWorkflow, name, $$"""{"version": {{version}}}""")], cancellationToken);
        }

        var runs = transactions.On(connection, cancellationToken);
        runs.Free(name, definition.MaxActiveRuns);
        var messages = await runs.WriteAsync();
        var view = await FindAsync(connection, name, null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        transactions.Publish(messages);
        return (view!, current is null);
    }

    public async Task<WorkflowView?> FindAsync(string name, int? version, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, name, version, cancellationToken);
    }

    /// <summary>Whether there is a workflow of this name.</summary>
    public async Task<bool> IsKnownAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select exists (select from workflows where name = $1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The versions of a workflow, newest first, one more than the page holds; null when there is no such workflow.</summary>
    public async Task<List<WorkflowView>?> VersionsAsync(string name, Paging page, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(VersionsSql);
        command.Parameters.AddWithValue("name", name);
        command.Parameters.AddWithValue("before", page.BeforeNumber ?? int.MaxValue);
        command.Parameters.AddWithValue("limit", page.Limit + 1);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var views = new List<WorkflowView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            views.Add(Read(rows));
        }

        return views.Count > 0 || await IsKnownAsync(name, cancellationToken) ? views : null;
    }

    /// <summary>Puts down the pools that a definition names and that there are none of.</summary>
    public async Task CheckPoolsAsync(WorkflowDefinition definition, FieldErrors errors, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await CheckPoolsAsync(connection, definition, errors, cancellationToken);
    }

    private static async Task CheckPoolsAsync(
        NpgsqlConnection connection, WorkflowDefinition definition, FieldErrors errors, CancellationToken cancellationToken)
    {
        string[] pools = [.. definition.Steps.Select(s => s.Pool).OfType<string>().Distinct()];
        if (pools.Length == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(UnknownPoolsSql, connection);
        command.Parameters.AddWithValue("pools", pools);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var pool = rows.GetString(0);
            var place = definition.Steps.TakeWhile(s => s.Pool != pool).Count();
            errors.Add($"steps[{place}].pool", $"Step '{definition.Steps[place].Id}': pool is '{pool}', which there is none of; make it by PUT /api/v1/pools/{pool}.");
        }
    }

    private static async Task<(int Version, string? Definition)> LockAsync(
        NpgsqlConnection connection, string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(LockSql), new(CurrentSql) } };
        batch.BatchCommands[0].Parameters.AddWithValue("id", Guid.CreateVersion7(now));
        batch.BatchCommands[0].Parameters.AddWithValue("now", now);
        foreach (NpgsqlBatchCommand command in batch.BatchCommands)
        {
            command.Parameters.AddWithValue("name", name);
        }

        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt32(0), await row.IsDBNullAsync(1, cancellationToken) ? null : row.GetString(1));
    }

    private static async Task AddAsync(
        NpgsqlConnection connection, string name, int version, string definition, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(AddSql, connection);
        command.Parameters.AddWithValue("name", name);
        command.Parameters.AddWithValue("version", version);
        command.Parameters.AddWithValue("definition", definition);
        command.Parameters.AddWithValue("now", now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<WorkflowView?> FindAsync(NpgsqlConnection connection, string name, int? version, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {Columns} from workflows w join workflow_versions v on v.workflow = w.name and v.version = coalesce(@version, w.version) where w.name = @name", connection);
        command.Parameters.AddWithValue("name", name);
        command.Parameters.AddWithValue("version", NpgsqlDbType.Integer, (object?)version ?? DBNull.Value);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Read(rows) : null;
    }

    private static WorkflowView Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetInt32(2), JsonElement.Parse(row.GetString(3)), row.GetFieldValue<DateTimeOffset>(4), row.GetFieldValue<DateTimeOffset>(5));
}
