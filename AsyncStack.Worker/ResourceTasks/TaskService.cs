using AsyncStack.Core.Messaging;
using AsyncStack.Worker.Events;

namespace AsyncStack.Worker.ResourceTasks;

/// <summary>Reacts to what happens to resources and to tasks that are asked for: completes the task and tells so.</summary>
public sealed class TaskService(EventBatches batches, TaskCompletions completions) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        batches.RunAsync(Topology.ResourceEvents, TaskReaction.To, completions.CompleteAsync, stoppingToken);
}
