using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Normalize;

/// <summary>What a run has written.</summary>
/// <param name="Rows">Rows of the result.</param>
/// <param name="Dropped">Duplicates left out.</param>
/// <param name="Filled">Missing cells that got a value, in rows of the result.</param>
internal sealed record NormalizeSummary(long Rows, long Dropped, long Filled);

/// <summary>
/// Reads a dataset at most twice: for what the steps must know of all rows before the first is written (left out when that is
/// nothing), and for writing.
/// </summary>
internal sealed class NormalizeRun(DatasetSource source, DatasetReadOptions options, Action<double>? progress)
{
    /// <summary>Stores the result, whole or not at all.</summary>
    /// <exception cref="DatasetJobException">A column cannot take its step.</exception>
    /// <exception cref="DatasetFormatException">The file cannot be read.</exception>
    public async Task<NormalizeSummary> StoreAsync(NormalizePlan plan, MemoryBudget budget, ObjectUri target, CancellationToken cancellationToken)
    {
        var header = await DatasetReader.ReadHeaderAsync(source, options, cancellationToken);
        if (header.Columns.Count != plan.Types.Count)
        {
            throw new DatasetJobException($"The file has {header.Columns.Count} columns, but had {plan.Types.Count} when it was validated; upload it again.");
        }

        var surveyed = plan.Compared is not null || plan.Columns.Any(c => c.NeedsNumbers);
        var (kept, edits) = surveyed
            ? await SurveyAsync(plan, budget, header, cancellationToken)
            : (null, [.. plan.Columns.Select(c => CellEdit.Make(c, default, median: double.NaN, header.Dialect.Delimiter))]);
        NormalizeSummary? summary = null;
        await ResultUpload.RunAsync(
            source.Storage,
            target,
            async (writer, token) => summary = await WriteAsync(writer, header, kept, edits, surveyed ? 0.5 : 0, token),
            cancellationToken);
        return summary!;
    }

    private async Task<(RowSet? Kept, CellEdit[] Edits)> SurveyAsync(
        NormalizePlan plan, MemoryBudget budget, DatasetHeader header, CancellationToken cancellationToken)
    {
        using var survey = new Survey(plan, budget);
        await DatasetReader.ReadAsync(source, options, survey, Request(header, survey.Columns, from: 0, to: 0.5), cancellationToken);
        return survey.Conclude(header.Dialect.Delimiter, cancellationToken);
    }

    private async Task<NormalizeSummary> WriteAsync(
        ResultWriter writer, DatasetHeader header, RowSet? kept, CellEdit[] edits, double from, CancellationToken cancellationToken)
    {
        var pass = new WritePass(writer, edits, kept, header.Dialect);
        pass.WriteHeader(header);
        var read = await DatasetReader.ReadAsync(source, options, pass, Request(header, columns: null, from, to: 1), cancellationToken);
        return new NormalizeSummary(pass.Rows, read.Rows - pass.Rows, pass.Filled);
    }

    private ReadRequest Request(DatasetHeader header, int[]? columns, double from, double to) => new()
    {
        Header = header,
        Columns = columns,
        Progress = progress is null ? null : p => progress(from + (p * (to - from))),
    };
}
