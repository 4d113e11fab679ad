using AsyncStack.Api.Files;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Datasets;

namespace AsyncStack.Api.Datasets;

/// <summary>Datasets: upload, list, read, delete.</summary>
internal static class DatasetEndpoints
{
    public static void MapDatasets(this IEndpointRouteBuilder app)
    {
        var datasets = app.MapGroup("/datasets").AddEndpointFilter<StorageFaults>().WithTags("Datasets");
        datasets.MapPost("", PostAsync).Describe("CreateDataset", "Makes a dataset, with its file or with an address for it", o => o
            .Says("A form is streamed into storage. JSON answers with `upload_url`: PUT the file there, then complete the dataset.")
            .Takes<DatasetBody>("""{"owner_id": "me", "name": "housing", "format": "csv"}""")
            .TakesForm<DatasetForm>()
            .Keyed()
            .Answers<Dataset>(201, "The dataset, about to be read or awaiting its file.").With("Location", "The dataset.")
            .Refuses(503));
        datasets.MapGet("", ListAsync).Describe("ListDatasets", "Lists datasets", o => o
            .Query("owner_id", "Only those of this owner.", Schemas.Text())
            .Query("status", "Only those in this state.", Schemas.OneOf(DatasetStatus.All))
            .Query("format", "Only those of this format.", Schemas.OneOf("csv", "json"))
            .Lists<Dataset>("The datasets.", "[]"));
        datasets.MapGet("/{id:guid}", GetAsync).Describe("GetDataset", "A dataset", o => o
            .Answers<Dataset>(200, "The dataset.")
            .Refuses(404, 503));
        datasets.MapDelete("/{id:guid}", DeleteAsync).Describe("DeleteDataset", "Removes a dataset and its file", o => o
            .Answers(204, "It is gone.")
            .Refuses(409, "Jobs work on it.")
            .Refuses(404, 503));
        datasets.MapPost("/{id:guid}/complete", SignedUploads.CompleteAsync).Describe("CompleteDataset", "The file has been put to its address", o => o
            .Answers<Dataset>(200, "The dataset, about to be read. A repeat answers the same.")
            .Refuses(409, "The file has not been uploaded.")
            .Refuses(404, 413, 503));
    }

    internal static IResult NotFound(Guid id) => Results.Problem($"There is no dataset '{id}'.", statusCode: StatusCodes.Status404NotFound);

    private static Task<IResult> PostAsync(HttpContext context, HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase)
            ? Uploads.PostAsync(context)
            : SignedUploads.PostAsync(context);

    private static async Task<IResult> ListAsync(HttpContext context, DatasetCatalog catalog)
    {
        var errors = new FieldErrors();
        var page = Paging.Read(context.Request, errors);
        var (status, format) = (context.Request.Query["status"].ToString(), context.Request.Query["format"].ToString());
        errors.CheckText("owner_id", context.Request.Query["owner_id"]);
        if (status.Length > 0 && !DatasetStatus.All.Contains(status))
        {
            errors.Add("status", $"status is '{status}'; it must be one of {string.Join(", ", DatasetStatus.All)}.");
        }

        if (format.Length > 0 && DatasetFormats.Parse(format) is null)
        {
            errors.Add("format", $"format is '{format}'; it must be one of {DatasetFormats.Known}.");
        }

        return errors.Any
            ? errors.ToResult()
            : Results.Json(
                page.Cut(await catalog.ListAsync(context.Request, page, context.RequestAborted), d => d.Id, context), DatasetJson.Default.ListDataset);
    }

    private static async Task<IResult> GetAsync(Guid id, DatasetStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } dataset ? Results.Json(dataset, DatasetJson.Default.Dataset) : NotFound(id);

    private static async Task<IResult> DeleteAsync(Guid id, DatasetCatalog catalog, CancellationToken cancellationToken) =>
        await catalog.DeleteAsync(id, cancellationToken) switch
        {
            null => NotFound(id),
            (true, _) => Results.NoContent(),
            var (_, jobs) => Results.Problem(
                $"Jobs work on dataset '{id}': {string.Join(", ", jobs)}. Cancel them or wait for their end.", statusCode: StatusCodes.Status409Conflict),
        };
}
