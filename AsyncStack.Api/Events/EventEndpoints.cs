using System.Text.Json.Serialization;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Events;

/// <summary>The events that were taken in, each once.</summary>
internal static class EventEndpoints
{
    private const string Example = """
        {
          "id": "0192f0c4-0000-7000-8000-000000000002", "event_type": "task.completed", "resource_id": "0192f0c4-0000-7000-8000-000000000001",
          "task_id": "auto-0192f0c4-0000-7000-8000-000000000001", "action": "process_new_resource",
          "payload": {"task_id": "auto-0192f0c4-0000-7000-8000-000000000001", "status": "completed"}, "processed_at": "2030-01-31T12:00:00Z"
        }
        """;

    public static void MapEvents(this IEndpointRouteBuilder app) => app.MapGet("/api/v1/events", ListAsync).WithTags("Resources").Describe(
        "ListEvents", "Lists the events that were taken in", o => o
            .Query("type", "Only events of this type, such as `resource.created`.", Schemas.Text())
            .Query("resource_id", "Only events about this resource.", Schemas.Text())
            .Query("task_id", "Only events about this task.", Schemas.Text())
            .Lists<EventView>("The events.", $"[{Example}]"));

    private static async Task<IResult> ListAsync(HttpContext context, EventList events)
    {
        var errors = new FieldErrors();
        var paging = Paging.Read(context.Request, errors);
        var filter = EventFilter.Read(context.Request, errors);
        return errors.Any
            ? errors.ToResult()
            : Results.Json(paging.Cut(await events.ReadAsync(filter, paging, context.RequestAborted), e => e.Id, context), EventJson.Default.ListEventView);
    }
}

/// <summary>Which events a list is to hold; null for any.</summary>
internal sealed record EventFilter(string? Type, string? ResourceId, string? TaskId)
{
    public static EventFilter Read(HttpRequest request, FieldErrors errors)
    {
        var filter = new EventFilter(request.QueryText("type"), request.QueryText("resource_id"), request.QueryText("task_id"));
        errors.CheckText("type", filter.Type);
        errors.CheckText("resource_id", filter.ResourceId);
        errors.CheckText("task_id", filter.TaskId);
        return filter;
    }
}

/// <summary>An event that was taken in.</summary>
/// <param name="Id">Its message id; UUIDv7 of those that are ours.</param>
/// <param name="EventType">Its routing key, such as <c>resource.created</c>.</param>
/// <param name="ResourceId">The resource it is about.</param>
/// <param name="TaskId">The task it is about.</param>
/// <param name="Action">The action of that task.</param>
/// <param name="Payload">Its body.</param>
/// <param name="ProcessedAt">When it was taken in.</param>
internal sealed record EventView(
    Guid Id,
    string EventType,
    string? ResourceId,
    string? TaskId,
    string? Action,
    [property: JsonConverter(typeof(RawJsonConverter))] string? Payload,
    DateTimeOffset ProcessedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<EventView>))]
internal sealed partial class EventJson : JsonSerializerContext;
