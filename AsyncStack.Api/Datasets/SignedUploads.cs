using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Storage;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Datasets;

/// <summary><c>POST /datasets</c> as JSON: a row and a signed URL for the file, which <c>complete</c> ends.</summary>
internal static class SignedUploads
{
    public static async Task<IResult> PostAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var maxBytes = services.GetRequiredService<IOptions<AcceptOptions>>().Value.MaxBodyBytes;
        var body = await JsonBody.ReadAsync(context.Request, maxBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return body.Refusal;
        }

        var errors = new FieldErrors();
        if (body.Root.ValueKind != JsonValueKind.Object)
        {
            errors.Add("$", "The body must be a JSON object.");
            return errors.ToResult();
        }

        var fields = new JsonFields(body.Root, errors);
        var request = DatasetRequest.Check(fields.Text("owner_id", 45), fields.Text("name", 100), fields.Text("format", 40), fileName: null, errors);
        var key = IdempotencyHeader.Read(context.Request, "POST /datasets", body.Bytes, errors);
        return errors.Any || request is null ? errors.ToResult() : await AwaitAsync(context, request, key);
    }

    /// <summary>The file was put: a job reads it. A repeat answers the same.</summary>
    public static async Task<IResult> CompleteAsync(
        Guid id, DatasetStore store, DatasetIntake intake, IObjectStorage storage, IOptions<DatasetOptions> options, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } dataset)
        {
            return DatasetEndpoints.NotFound(id);
        }

        if (dataset.UploadExpiresAt is null)
        {
            return Results.Json(dataset, DatasetJson.Default.Dataset);
        }

        if (await storage.HeadAsync(dataset.Uri, cancellationToken) is not { } file)
        {
            return Results.Problem(
                $"The file of dataset '{id}' has not been uploaded. PUT it to the upload_url before {dataset.UploadExpiresAt:O}, then complete it.",
                statusCode: StatusCodes.Status409Conflict);
        }

        if (file.Size > options.Value.MaxFileBytes)
        {
            await storage.DeleteAsync(dataset.Uri, cancellationToken);
            return UploadedForm.TooLarge(options.Value.MaxFileBytes);
        }

        await intake.CompleteAsync(id, file.Size, cancellationToken);
        return await store.FindAsync(id, cancellationToken) is { } completed
            ? Results.Json(completed, DatasetJson.Default.Dataset)
            : DatasetEndpoints.NotFound(id);
    }

    private static async Task<IResult> AwaitAsync(HttpContext context, DatasetRequest request, IdempotencyKey? key)
    {
        var services = context.RequestServices;
        var lifetime = services.GetRequiredService<IOptions<DatasetOptions>>().Value.UploadLifetime;
        var now = services.GetRequiredService<DatasetIntake>().Now();
        var id = Guid.CreateVersion7(now);
        var uri = request.UriOf(id);
        var url = services.GetRequiredService<IObjectStorage>().CreateUploadUrl(uri, lifetime);
        var dataset = new Dataset(id, request.OwnerId, request.Name, request.Format.ToText(), uri.ToString(), null, DatasetStatus.Uploaded, now)
        {
            UploadExpiresAt = now + lifetime,
            // A relative one leads to this server, by the name the caller knows it by.
            UploadUrl = url.IsAbsoluteUri ? url.AbsoluteUri : $"{context.Request.Scheme}://{context.Request.Host}{url.OriginalString}",
        };
        var answer = new JobAnswer(StatusCodes.Status201Created, $"/datasets/{id}", JsonSerializer.Serialize(dataset, DatasetJson.Default.Dataset));
        var outcome = await services.GetRequiredService<DatasetIntake>().AddAsync(dataset, key, answer, context.RequestAborted);
        return CreatedResults.ToResult(outcome, answer, key, context.Response);
    }
}
