using AsyncStack.Core.Messaging;
using AsyncStack.Worker.Events;

namespace AsyncStack.Worker.ResourceTasks;

/// <summary>The task that an event has done, and what comes out.</summary>
/// <param name="MessageId">The event.</param>
/// <param name="TaskId">The task.</param>
/// <param name="ResourceId">Its resource.</param>
/// <param name="Action">What is done.</param>
/// <param name="Result">What came out.</param>
/// <param name="TraceParent">W3C trace context that <c>task.completed</c> carries on.</param>
public sealed record TaskReaction(Guid MessageId, string TaskId, string ResourceId, string Action, string Result, string? TraceParent)
{
    /// <summary>What the task service does about an event.</summary>
    /// <exception cref="UnreadableEventException">It tells of no task.</exception>
    public static TaskReaction To(EventMessage message) => message.Type switch
    {
        EventTypes.ResourceCreated => OfResource(message, "process_new_resource", $"Processed new resource '{message.Text("name")}'."),
        EventTypes.ResourceUpdated => OfResource(message, "reprocess_resource", $"Reprocessed resource '{message.Text("name")}'."),
        EventTypes.ResourceDeleted => OfResource(message, "cleanup_resource", $"Cleaned up resource {message.ResourceId}."),
        EventTypes.TaskProcess => OfTask(message),
        _ => throw new UnreadableEventException($"No task follows from an event of the type '{message.Type}'."),
    };

    private static TaskReaction OfResource(EventMessage message, string action, string result)
    {
        var resource = Required(message.ResourceId, "id");
        return new TaskReaction(message.Id, $"auto-{resource}", resource, action, result, message.TraceParent);
    }

    private static TaskReaction OfTask(EventMessage message)
    {
        var (task, resource) = (Required(message.TaskId, "task_id"), Required(message.ResourceId, "resource_id"));
        var action = Required(message.Action, "action");
        return new TaskReaction(message.Id, task, resource, action, $"Completed {action} for resource {resource}.", message.TraceParent);
    }

    private static string Required(string? text, string field) =>
        text is { Length: > 0 } ? text : throw new UnreadableEventException($"The event has no {field}.");
}
