using System.Text.Json.Serialization;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Core.ResourceTasks;

namespace AsyncStack.Api.ResourceTasks;

/// <summary>Tasks on resources, as <c>task.v1.TaskService</c> takes them, to look at.</summary>
internal static class ResourceTaskEndpoints
{
    private const string Example = """
        {
          "id": "auto-0192f0c4-0000-7000-8000-000000000001", "resource_id": "0192f0c4-0000-7000-8000-000000000001", "action": "process_new_resource",
          "status": "completed", "result": "done", "created_at": "2030-01-31T12:00:00Z", "updated_at": "2030-01-31T12:00:00Z"
        }
        """;

    public static void MapResourceTasks(this IEndpointRouteBuilder app)
    {
        var tasks = app.MapGroup("/api/v1/tasks").WithTags("Resources");
        tasks.MapGet("", ListAsync).Describe("ListResourceTasks", "Lists tasks on resources", o => o
            .Query("resource_id", "Only tasks on this resource.", Schemas.Text())
            .Query("action", "Only tasks that do this.", Schemas.Text())
            .Query("status", "Only tasks that stand so.", Schemas.OneOf(ResourceTaskStatus.All))
            .Lists<ResourceTask>("The tasks.", $"[{Example}]"));
        tasks.MapGet("/{id}", GetAsync).Describe("GetResourceTask", "A task on a resource", o => o
            .Path("id", "The id.", Schemas.Text())
            .Answers<ResourceTask>(200, "The task.", Example)
            .Refuses(404, 503));
    }

    private static async Task<IResult> ListAsync(HttpContext context, ResourceTaskStore tasks)
    {
        var errors = new FieldErrors();
        var limit = Paging.ReadLimit(context.Request, errors);
        var filter = ReadFilter(context.Request, errors);
        if (errors.Any)
        {
            return errors.ToResult();
        }

        try
        {
            var page = await tasks.ListAsync(filter, limit, context.Request.QueryText("cursor"), context.RequestAborted);
            if (page.NextCursor is { } next)
            {
                Paging.LinkNext(context, next);
            }

            return Results.Json(page.Tasks, ResourceTaskViewJson.Default.IReadOnlyListResourceTask);
        }
        catch (FormatException)
        {
            errors.Add("cursor", $"cursor is '{context.Request.QueryText("cursor")}'; take it from the Link header of the page before.");
            return errors.ToResult();
        }
    }

    private static ResourceTaskFilter ReadFilter(HttpRequest request, FieldErrors errors)
    {
        var filter = new ResourceTaskFilter(request.QueryText("resource_id"), request.QueryText("action"), request.QueryText("status"));
        errors.CheckText("resource_id", filter.ResourceId);
        errors.CheckText("action", filter.Action);
        if (filter.Status is { } status && !ResourceTaskStatus.All.Contains(status))
        {
            errors.Add("status", $"status is '{status}'; it must be one of {string.Join(", ", ResourceTaskStatus.All)}.");
        }

        return filter;
    }

    private static async Task<IResult> GetAsync(string id, ResourceTaskStore tasks, CancellationToken cancellationToken) =>
        await tasks.FindAsync(id, cancellationToken) is { } task
            ? Results.Json(task, ResourceTaskViewJson.Default.ResourceTask)
            : Results.Problem($"There is no task '{id}'.", statusCode: StatusCodes.Status404NotFound);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<ResourceTask>))]
internal sealed partial class ResourceTaskViewJson : JsonSerializerContext;
