using System.Text.Json.Serialization;

namespace AsyncStack.Core.ResourceTasks;

/// <summary>A task on a resource.</summary>
/// <param name="Id">UUIDv7 text of a task that was asked for; <c>auto-{resource id}</c> of the one that follows a resource's changes.</param>
/// <param name="ResourceId">The resource; any text, since who asks for a task may name one that is kept elsewhere.</param>
/// <param name="Action">What is to be done.</param>
/// <param name="Status">One of <see cref="ResourceTaskStatus"/>.</param>
/// <param name="Result">What came out; null until it is completed.</param>
/// <param name="CreatedAt">When it was first asked for.</param>
/// <param name="UpdatedAt">When its status or action last changed.</param>
public sealed record ResourceTask(
    string Id, string ResourceId, string Action, string Status, string? Result, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Values of <see cref="ResourceTask.Status"/>.</summary>
public static class ResourceTaskStatus
{
    public const string Queued = "queued";
    public const string Completed = "completed";

    public static IReadOnlyList<string> All { get; } = [Queued, Completed];
}

/// <summary>Which tasks a list is to hold; null for any.</summary>
public readonly record struct ResourceTaskFilter(string? ResourceId, string? Action, string? Status);

/// <summary>One page of tasks, newest first.</summary>
/// <param name="Tasks">At most as many as were asked for.</param>
/// <param name="NextCursor">Gives the page after this one; null when this is the last.</param>
public sealed record ResourceTaskPage(IReadOnlyList<ResourceTask> Tasks, string? NextCursor);

/// <summary>The body of the events <c>task.process</c> and <c>task.completed</c>; the former has no result.</summary>
public sealed record ResourceTaskEvent(string TaskId, string ResourceId, string Action, string Status, string? Result = null);

/// <summary>JSON of the events about tasks: snake_case, without nulls.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResourceTaskEvent))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
public sealed partial class ResourceTaskJson : JsonSerializerContext;
