using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.OpenApi;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Tasks;

/// <summary>Hand in any JSON value, ask for it later; nobody is called back.</summary>
internal static class TaskEndpoints
{
    public static void MapTasks(this IEndpointRouteBuilder app)
    {
        app.MapPost("/task", SubmitAsync).WithTags("Tasks").Describe("SubmitTask", "Hands in any JSON value; nobody is called back", o => o
            .Takes<JsonElement>("[1, 2, 3]")
            .Keyed()
            .Answers<TaskAnswer>(202, "The task is committed.", """{"task_id": "0192f0c4-0000-7000-8000-000000000001", "status": "queued"}""")
            .With("Location", "The task.")
            .Refuses(503));
        app.MapGet("/task/{id:guid}", GetAsync).WithTags("Tasks").Describe("GetTask", "A task and what came out", o => o
            .Answers<TaskView>(200, "The task.")
            .Refuses(404, 503));
    }

    private static Task<IResult> SubmitAsync(HttpContext context, JobIntake intake) =>
        intake.SubmitAsync(
            context,
            "POST /task",
            static (body, options, _) => new JobRequest(JobTypes.Echo.Name, body.GetRawText(), JobOptions.Default(options)),
            static job => new JobAnswer(
                StatusCodes.Status202Accepted,
                $"/task/{job.Id}",
                JsonSerializer.Serialize(new TaskAnswer(job.Id, "queued"), TaskJson.Default.TaskAnswer)));

    private static async Task<IResult> GetAsync(Guid id, TaskAnswers tasks, CancellationToken cancellationToken) =>
        await tasks.FindAsync(id, cancellationToken) is { } answer
            ? Results.Text(answer, "application/json")
            : Results.Problem($"There is no task '{id}'.", statusCode: StatusCodes.Status404NotFound);
}

/// <summary>The body of a 202.</summary>
internal sealed record TaskAnswer(Guid TaskId, string Status);

/// <summary>A task as its submitter sees it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Status"><c>queued</c>, <c>running</c>, <c>completed</c>, <c>failed</c> or <c>canceled</c>.</param>
/// <param name="Result">What came out.</param>
/// <param name="ErrorMessage">Why it failed.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="StartedAt">When it was started last.</param>
/// <param name="FinishedAt">When it ended.</param>
internal sealed record TaskView(
    Guid TaskId,
    [property: AllowedValues("queued", "running", "completed", "failed", "canceled")] string Status,
    [property: JsonConverter(typeof(RawJsonConverter))] string? Result,
    string? ErrorMessage,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt)
{
    public static TaskView Of(Job job) => new(
        job.Id,
        job.JobStatus == "pending" ? "queued" : job.JobStatus,
        job.Result,
        job.ErrorMessage,
        job.CreatedAt,
        job.StartedAt,
        job.FinishedAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TaskAnswer))]
[JsonSerializable(typeof(TaskView))]
internal sealed partial class TaskJson : JsonSerializerContext;
