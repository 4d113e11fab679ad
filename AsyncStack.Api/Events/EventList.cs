using AsyncStack.Api.Requests;
using Npgsql;

namespace AsyncStack.Api.Events;

/// <summary>Reads the table <c>processed_events</c>.</summary>
internal sealed class EventList(NpgsqlDataSource database)
{
    /// <summary>Events that pass the filter, the one that was told of last first, one more than the page holds.</summary>
    public async Task<List<EventView>> ReadAsync(EventFilter filter, Paging paging, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        var conditions = new Conditions(command)
            .Add(paging.Before, "id < @before", "before")
            .Add(filter.Type, "event_type = @type", "type")
            .Add(filter.ResourceId, "resource_id = @resource", "resource")
            .Add(filter.TaskId, "task_id = @task", "task");
        command.Parameters.AddWithValue("limit", paging.Limit + 1);
        command.CommandText = $"""
            select id, event_type, resource_id, task_id, action, payload::text, processed_at from processed_events
            where {conditions} order by id desc limit @limit
            """;

        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<EventView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            events.Add(new EventView(
                rows.GetGuid(0), rows.GetString(1), Text(2), Text(3), Text(4), rows.GetString(5), rows.GetFieldValue<DateTimeOffset>(6)));
        }

        return events;

        string? Text(int column) => rows.IsDBNull(column) ? null : rows.GetString(column);
    }
}
