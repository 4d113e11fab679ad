using System.Security.Cryptography;
using System.Text.Json;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets.Reading;
using AsyncStack.Worker.Execution;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Datasets.Validation;

/// <summary>Which dataset to read.</summary>
public sealed record ValidateParameters(Guid DatasetId);

/// <summary>
/// Reads a new dataset to its end: it becomes ready with its shape, or failed with the reason. A bad file is a completed job;
/// only a fault of ours is tried again.
/// </summary>
internal sealed class ValidateHandler(DatasetStore datasets, DatasetGate gate, IOptions<DatasetReadOptions> options) : IJobHandler<ValidateParameters>
{
    public async ValueTask<JobOutcome> RunAsync(ValidateParameters parameters, JobContext context)
    {
        using var turn = await gate.EnterAsync(context.CancellationToken);
        var dataset = await datasets.FindAsync(parameters.DatasetId, context.CancellationToken);
        if (dataset is null)
        {
            return new JobOutcome.Failed($"Dataset '{parameters.DatasetId}' does not exist any more.");
        }

        if (!await datasets.MarkValidatingAsync(dataset.Id, context.JobId, context.Attempt, context.CancellationToken))
        {
            return new JobOutcome.Canceled();
        }

        return await JudgeAsync(dataset, context) && await datasets.FindAsync(dataset.Id, context.CancellationToken) is { } judged
            ? new JobOutcome.Completed(JsonSerializer.Serialize(ValidationResult.Of(judged), ValidationJson.Default.ValidationResult))
            : new JobOutcome.Canceled();
    }

    // False when the attempt came too late: another has the job.
    private async Task<bool> JudgeAsync(Dataset dataset, JobContext context)
    {
        try
        {
            var facts = await ReadAsync(dataset, context);
            return await datasets.MarkReadyAsync(dataset.Id, context.JobId, context.Attempt, facts, context.CancellationToken);
        }
        catch (DatasetFormatException fault)
        {
            return await FailAsync(dataset, fault.Message, context);
        }
        catch (ObjectNotFoundException)
        {
            return await FailAsync(dataset, $"The file '{dataset.StorageUri}' is not in object storage; upload it again.", context);
        }
    }

    private Task<bool> FailAsync(Dataset dataset, string reason, JobContext context) =>
        datasets.MarkFailedAsync(dataset.Id, context.JobId, context.Attempt, reason, context.CancellationToken);

    private async Task<DatasetFacts> ReadAsync(Dataset dataset, JobContext context)
    {
        var source = new DatasetSource(context.Storage, dataset.Uri, dataset.Kind);
        var header = await DatasetReader.ReadHeaderAsync(source, options.Value, context.CancellationToken);
        var types = new TypePass(header.Columns.Count);
        var request = new ReadRequest { Header = header, Progress = context.ReportProgress };
        var summary = await DatasetReader.ReadAsync(source, options.Value, types, request, context.CancellationToken);
        var (size, hash) = dataset.Sha256 is null ? await HashAsync(source, context.CancellationToken) : (dataset.SizeBytes, null);
        return new DatasetFacts(
            summary.Rows,
            [.. header.Columns.Select((name, place) => new DatasetColumn(name, types.TypeOf(place)))],
            dataset.Kind == DatasetFormat.Csv ? ((char)header.Dialect.Delimiter).ToString() : null,
            header.Dialect.Encoding,
            size,
            hash);
    }

    // What came by a signed URL went past the Api, which hashes everything else on its way.
    private static async Task<(long? Size, byte[]? Hash)> HashAsync(DatasetSource source, CancellationToken cancellationToken)
    {
        var content = await source.Storage.OpenAsync(source.Uri, cancellationToken: cancellationToken);
        await using (content)
        {
            var hash = await SHA256.HashDataAsync(content.Stream, cancellationToken);
            return (content.Info.Size, hash);
        }
    }
}
