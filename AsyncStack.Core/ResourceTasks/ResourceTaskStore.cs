using System.Data.Common;
using System.Text.Json;
using AsyncStack.Core.Database;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Core.ResourceTasks;

/// <summary>Adds and reads tasks.</summary>
public sealed class ResourceTaskStore(NpgsqlDataSource database, OrderedOutboxSignal signal, TimeProvider time)
{
    private const string Columns = "id, resource_id, action, status, result, created_at, updated_at";

    private const string InsertSql = """
        insert into tasks (id, resource_id, action, status, metadata, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $6)
        """;

    private const string ListSql = $"""
        select {Columns} from tasks where (created_at, id) < (coalesce($1, 'infinity'), coalesce($2, ''))
            and ($4::text is null or resource_id = $4) and ($5::text is null or action = $5) and ($6::text is null or status = $6)
        order by created_at desc, id desc limit $3
        """;

    /// <summary>Adds a task and, in the same transaction, the event <c>task.process</c> that has it done.</summary>
    /// <param name="resourceId">The resource; not empty, without NUL.</param>
    /// <param name="action">What is to be done; not empty, without NUL.</param>
    /// <param name="metadata">Kept with the task; without NUL.</param>
    /// <param name="traceParent">W3C trace context of the request, which the event carries on.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<ResourceTask> CreateAsync(
        string resourceId, string action, IReadOnlyDictionary<string, string> metadata, string? traceParent, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToMicroseconds();
        var task = new ResourceTask(Guid.CreateVersion7(now).ToString(), resourceId, action, ResourceTaskStatus.Queued, null, now, now);
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new ResourceTaskEvent(task.Id, resourceId, action, task.Status), ResourceTaskJson.Default.ResourceTaskEvent);
        var message = EventTypes.Message(Guid.CreateVersion7(now), EventTypes.TaskProcess, resourceId, body, traceParent);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { InsertCommand(task, metadata), OutboxTable.InsertCommand([message]) } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        signal.Wake();
        return task;
    }

    /// <summary>The task with this id, or null.</summary>
    public async Task<ResourceTask?> FindAsync(string id, CancellationToken cancellationToken)
    {
        // Postgres takes no NUL in text, so no task has such an id.
        if (id.Contains('\0'))
        {
            return null;
        }

        await using var command = database.CreateCommand($"select {Columns} from tasks where id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Read(rows) : null;
    }

    /// <summary>One page, newest first.</summary>
    /// <param name="limit">Tasks on the page at the most; at least 1.</param>
    /// <param name="cursor">As the page before gave it; null for the first page.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="FormatException">The cursor is none that a page gave.</exception>
    public Task<ResourceTaskPage> ListAsync(int limit, string? cursor, CancellationToken cancellationToken) =>
        ListAsync(default, limit, cursor, cancellationToken);

    /// <summary>One page of those that the filter finds, newest first.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="limit">Tasks on the page at the most; at least 1.</param>
    /// <param name="cursor">As the page before gave it; null for the first page.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="FormatException">The cursor is none that a page gave.</exception>
    public async Task<ResourceTaskPage> ListAsync(ResourceTaskFilter filter, int limit, string? cursor, CancellationToken cancellationToken)
    {
        ResourceTaskCursor? after = cursor is null ? null : ResourceTaskCursor.Parse(cursor);
        await using var command = database.CreateCommand(ListSql);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)after?.CreatedAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)after?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        foreach (var text in (string?[])[filter.ResourceId, filter.Action, filter.Status])
        {
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        }

        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var tasks = new List<ResourceTask>();
        while (await rows.ReadAsync(cancellationToken))
        {
            tasks.Add(Read(rows));
        }

        return tasks.Count <= limit
            ? new ResourceTaskPage(tasks, null)
            : new ResourceTaskPage(tasks[..limit], new ResourceTaskCursor(tasks[limit - 1].CreatedAt, tasks[limit - 1].Id).ToString());
    }

    private static NpgsqlBatchCommand InsertCommand(ResourceTask task, IReadOnlyDictionary<string, string> metadata) => new(InsertSql)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = task.Id },
            new NpgsqlParameter<string> { TypedValue = task.ResourceId },
            new NpgsqlParameter<string> { TypedValue = task.Action },
            new NpgsqlParameter<string> { TypedValue = task.Status },
            new NpgsqlParameter
            {
                Value = JsonSerializer.Serialize(metadata, ResourceTaskJson.Default.IReadOnlyDictionaryStringString),
                NpgsqlDbType = NpgsqlDbType.Jsonb,
            },
            new NpgsqlParameter<DateTimeOffset> { TypedValue = task.CreatedAt },
        },
    };

    private static ResourceTask Read(DbDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.IsDBNull(4) ? null : row.GetString(4),
        row.GetFieldValue<DateTimeOffset>(5),
        row.GetFieldValue<DateTimeOffset>(6));
}
