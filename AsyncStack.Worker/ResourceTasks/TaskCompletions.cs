using System.Text.Json;
using AsyncStack.Core.Database;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using AsyncStack.Core.ResourceTasks;
using Npgsql;

namespace AsyncStack.Worker.ResourceTasks;

/// <summary>Completes tasks: the message's mark, the task and <c>task.completed</c> in one statement and so in one transaction.</summary>
public sealed class TaskCompletions(NpgsqlDataSource database, OrderedOutboxSignal signal, TimeProvider time)
{
    // Only what was not marked before has an effect. Of several events about one task the last one stays; each has its
    // task.completed, numbered in the order of the batch. Tasks are written by id, so that two batches never wait for each other.
    private const string Sql = $"""
        with batch as (
            select * from unnest(@messages, @tasks, @resources, @actions, @results, @events, @bodies, @traces)
                with ordinality as b(message_id, task_id, resource_id, action, result, event_id, body, trace, place)
        ), fresh as (
            insert into handled_messages (message_id, handled_at) select message_id, @now from batch order by place
            on conflict (message_id) do nothing returning message_id
        ), todo as (
            select b.* from batch b join fresh f on f.message_id = b.message_id
        ), task as (
            insert into tasks (id, resource_id, action, status, result, created_at, updated_at)
            select distinct on (task_id) task_id, resource_id, action, '{ResourceTaskStatus.Completed}', result, @now, @now
            from todo order by task_id, place desc
            on conflict (id) do update set
                action = excluded.action, status = excluded.status, result = excluded.result, updated_at = excluded.updated_at
        ), event as (
            insert into outbox (id, exchange, routing_key, type, body, traceparent, partition_key, sequence)
            select event_id, '{Topology.EventsExchange}', '{EventTypes.TaskCompleted}', '{EventTypes.TaskCompleted}',
                   body, trace, resource_id, nextval('outbox_sequence')
            from (select * from todo order by place) t
        )
        select count(*) from fresh
        """;

    /// <summary>Completes the tasks of those events that had no effect yet.</summary>
    public async Task CompleteAsync(IReadOnlyList<TaskReaction> reactions, CancellationToken cancellationToken)
    {
        // A message that came twice in one batch would be taken for fresh twice.
        var once = reactions.DistinctBy(r => r.MessageId).ToArray();
        await using var command = database.CreateCommand(Sql);
        AddParameters(command, once, time.GetUtcNow());
        var fresh = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        WorkerMetrics.CountDatabase("complete_tasks");
        if (fresh > 0)
        {
            signal.Wake();
        }
    }

    private static void AddParameters(NpgsqlCommand command, TaskReaction[] reactions, DateTimeOffset now)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("messages", [.. reactions.Select(r => r.MessageId)]));
        command.Parameters.AddTexts("tasks", reactions.Select(r => r.TaskId));
        command.Parameters.AddTexts("resources", reactions.Select(r => r.ResourceId));
        command.Parameters.AddTexts("actions", reactions.Select(r => r.Action));
        command.Parameters.AddTexts("results", reactions.Select(r => r.Result));
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("events", [.. reactions.Select(_ => Guid.CreateVersion7(now))]));
        command.Parameters.Add(new NpgsqlParameter<byte[][]>("bodies", [.. reactions.Select(Body)]));
        command.Parameters.AddTexts("traces", reactions.Select(r => r.TraceParent));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", now));
    }

    private static byte[] Body(TaskReaction reaction) => JsonSerializer.SerializeToUtf8Bytes(
        new ResourceTaskEvent(reaction.TaskId, reaction.ResourceId, reaction.Action, ResourceTaskStatus.Completed, reaction.Result),
        ResourceTaskJson.Default.ResourceTaskEvent);
}
