using AsyncStack.Api.Audit;
using AsyncStack.Api.OpenApi;
using AsyncStack.Core.Messaging;

namespace AsyncStack.Api.Queues;

/// <summary>How full the queues are, and whether workers take from them.</summary>
internal static class QueueEndpoints
{
    private const string Name = "The queue: `jobs.high`, `jobs.default` or `jobs.low`.";

    public static void MapQueues(this IEndpointRouteBuilder app)
    {
        var queues = app.MapGroup("/api/v1/queues").WithTags("Operators");
        queues.MapGet("", ListAsync).Describe("ListQueues", "How full the queues are, and whether workers take from them", o => o
            .Answers<QueuesView>(200, "Every queue; what could not be had is null and named in `missing`."));
        queues.MapPost("/{name}/pause", PauseAsync).ByActor().Describe("PauseQueue", "Lets workers take nothing more from a queue", o => o
            .Path("name", Name, Schemas.Text())
            .Acted()
            .Answers<QueueControlView>(200, "It is paused.")
            .Refuses(409, "It is not a queue of jobs.")
            .Refuses(404, 503));
        queues.MapPost("/{name}/resume", ResumeAsync).ByActor().Describe("ResumeQueue", "Lets workers take from a queue again", o => o
            .Path("name", Name, Schemas.Text())
            .Acted()
            .Answers<QueueControlView>(200, "It is not paused.")
            .Refuses(409, "It is not a queue of jobs.")
            .Refuses(404, 503));
    }

    private static async Task<IResult> ListAsync(QueueOverview queues, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(await queues.ReadAsync(context.RequestAborted), QueuesJson.Default.QueuesView);
    }

    private static Task<IResult> PauseAsync(string name, QueueControl control, HttpContext context) => SetAsync(name, true, control, context);

    private static Task<IResult> ResumeAsync(string name, QueueControl control, HttpContext context) => SetAsync(name, false, control, context);

    private static async Task<IResult> SetAsync(string name, bool paused, QueueControl control, HttpContext context) =>
        !Topology.QueueNames.Contains(name)
            ? Results.Problem($"There is no queue '{name}'.", statusCode: StatusCodes.Status404NotFound)
        : !QueueControl.Pausable.Contains(name)
            ? Results.Problem(
                $"Queue '{name}' cannot be paused; only {string.Join(", ", QueueControl.Pausable)} can.", statusCode: StatusCodes.Status409Conflict)
        : Results.Json(await control.SetAsync(name, paused, Actor.Of(context), context.RequestAborted), QueuesJson.Default.QueueControlView);
}
