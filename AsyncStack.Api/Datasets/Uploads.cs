using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Datasets;

/// <summary>
/// <c>POST /datasets</c> as a form: the file streams into object storage while it is hashed, and gets its address only when the form has
/// been read to its end and is good. With an Idempotency-Key the hash covers the fields and the file's own hash, so a repeat is read
/// whole before it is answered; of two at once the later one gets the earlier one's answer.
/// </summary>
internal static class Uploads
{
    // Boundaries, headers and fields beside the file.
    private const int FormOverhead = 64 * 1024;

    public static async Task<IResult> PostAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var limit = services.GetRequiredService<IOptions<DatasetOptions>>().Value.MaxFileBytes;
        if (context.Request.ContentLength > limit + FormOverhead)
        {
            return UploadedForm.TooLarge(limit);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = null;
        }

        var errors = new FieldErrors();
        await using var form = new UploadedForm(services.GetRequiredService<IObjectStorage>(), limit);
        if (await form.ReadAsync(context.Request, errors) is { } refusal)
        {
            return refusal;
        }

        if (form.File is null)
        {
            errors.Add("file", "file is required: the part of the form that holds the dataset.");
        }

        var request = DatasetRequest.Check(form.Field("owner_id"), form.Field("name"), form.Field("format"), form.FileName, errors);
        var key = IdempotencyHeader.Read(context.Request, "POST /datasets", Identity(request, form.File), errors);
        return errors.Any || request is null ? errors.ToResult() : await StoreAsync(context, request, form.File!, key);
    }

    private static async Task<IResult> StoreAsync(HttpContext context, DatasetRequest request, IStagedObject file, IdempotencyKey? key)
    {
        var services = context.RequestServices;
        var now = services.GetRequiredService<DatasetIntake>().Now();
        var id = Guid.CreateVersion7(now);
        var uri = request.UriOf(id);
        var dataset = new Dataset(
            id, request.OwnerId, request.Name, request.Format.ToText(), uri.ToString(), file.Size, DatasetStatus.Uploaded, now, Sha256: file.Sha256);
        var answer = new JobAnswer(StatusCodes.Status201Created, $"/datasets/{id}", JsonSerializer.Serialize(dataset, DatasetJson.Default.Dataset));
        // The object first: a row without its object would be read by the job it is committed with.
        await file.PublishAsync(uri, context.RequestAborted);
        var outcome = await AddAsync(context, dataset, key, answer);
        return CreatedResults.ToResult(outcome, answer, key, context.Response);
    }

    private static async Task<AcceptOutcome> AddAsync(HttpContext context, Dataset dataset, IdempotencyKey? key, JobAnswer answer)
    {
        var storage = context.RequestServices.GetRequiredService<IObjectStorage>();
        var outcome = await context.RequestServices.GetRequiredService<DatasetIntake>().AddAsync(dataset, key, answer, CancellationToken.None);
        if (outcome is not AcceptOutcome.Accepted)
        {
            await storage.DeleteAsync(dataset.Uri, CancellationToken.None);
        }

        return outcome;
    }

    private static byte[] Identity(DatasetRequest? request, IStagedObject? file) =>
        Encoding.UTF8.GetBytes($"{request?.OwnerId}\n{request?.Name}\n{request?.Format}\n{file?.Sha256}");
}
