using AsyncStack.Core.Database;
using Npgsql;

namespace AsyncStack.Worker.Events;

/// <summary>The table <c>processed_events</c>: every event once, by its message id, and in the order of the queue by its place.</summary>
public sealed class ProcessedEvents(NpgsqlDataSource database, TimeProvider time)
{
    private const string Sql = """
        insert into processed_events (id, event_type, resource_id, task_id, action, payload, processed_at)
        select id, type, resource_id, task_id, action, payload::jsonb, @now
        from unnest(@ids, @types, @resources, @tasks, @actions, @payloads) as e(id, type, resource_id, task_id, action, payload)
        on conflict (id) do nothing
        """;

    /// <summary>Adds those that are not there yet.</summary>
    public async Task AddAsync(IReadOnlyList<ProcessedEvent> events, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. events.Select(e => e.Id)]));
        command.Parameters.AddTexts("types", events.Select(e => e.Type));
        command.Parameters.AddTexts("resources", events.Select(e => e.ResourceId));
        command.Parameters.AddTexts("tasks", events.Select(e => e.TaskId));
        command.Parameters.AddTexts("actions", events.Select(e => e.Action));
        command.Parameters.AddTexts("payloads", events.Select(e => e.Payload));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", time.GetUtcNow()));
        await command.ExecuteNonQueryAsync(cancellationToken);
        WorkerMetrics.CountDatabase("store_events");
    }
}

/// <summary>An event as it is kept.</summary>
/// <param name="Id">Its message id.</param>
/// <param name="Type">Its routing key.</param>
/// <param name="ResourceId">The resource it is about.</param>
/// <param name="TaskId">The task it is about.</param>
/// <param name="Action">The action of that task.</param>
/// <param name="Payload">Its body, JSON.</param>
public sealed record ProcessedEvent(Guid Id, string Type, string? ResourceId, string? TaskId, string? Action, string Payload)
{
    /// <exception cref="UnreadableEventException">A field that is kept by itself is no text.</exception>
    public static ProcessedEvent Of(EventMessage message) =>
        new(message.Id, message.Type, message.ResourceId, message.TaskId, message.Action, message.Json);
}
