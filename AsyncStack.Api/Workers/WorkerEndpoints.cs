using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;

namespace AsyncStack.Api.Workers;

/// <summary>Who works, and on what.</summary>
internal static class WorkerEndpoints
{
    public static void MapWorkers(this IEndpointRouteBuilder app) => app.MapGet("/api/v1/workers", ListAsync).WithTags("Operators").Describe(
        "ListWorkers", "Lists who works, and on what", o => o.Lists<WorkerView>("The workers.", "[]"));

    private static async Task<IResult> ListAsync(HttpContext context, WorkerList workers)
    {
        var errors = new FieldErrors();
        var paging = Paging.Read(context.Request, errors);
        return errors.Any
            ? errors.ToResult()
            : Results.Json(
                paging.Cut(await workers.ReadAsync(paging, context.RequestAborted), w => w.Id, context), WorkersJson.Default.ListWorkerView);
    }
}
