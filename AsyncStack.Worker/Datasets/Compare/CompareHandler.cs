using AsyncStack.Core.Datasets;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;
using AsyncStack.Worker.Execution;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Datasets.Compare;

/// <summary>Runs <c>compare</c> jobs: some columns at a time, for which both files are read once.</summary>
internal sealed class CompareHandler(
    DatasetStore datasets, DatasetGate gate, IOptions<DatasetReadOptions> reading, IOptions<DatasetMemoryOptions> memory)
    : DatasetHandler<CompareParams>(JobTypes.Compare.Name, datasets, gate)
{
    private const double PsiThreshold = 0.2;
    private const double KsThreshold = 0.1;
    private const int RangeLength = 1 << 19;

    // Of one pass.
    private const int GroupColumns = 16;

    protected override async Task<JobOutcome> RunAsync(Dataset dataset, CompareParams parameters, JobContext context)
    {
        var baseline = await FindAsync(parameters.BaselineDatasetId, context.CancellationToken);
        var wanted = PlacesOf(dataset, parameters.Columns).Select(place => dataset.Columns![place]).ToArray();
        var earlier = baseline.Columns!.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var common = wanted.Where(c => earlier.ContainsKey(c.Name)).ToArray();
        var columns = new List<ColumnComparison>();
        foreach (var group in common.Chunk(GroupColumns))
        {
            columns.AddRange(await CompareAsync(dataset, baseline, [.. group.Select(c => (c, earlier[c.Name]))], context));
            context.ReportProgress(columns.Count / (double)common.Length);
        }

        var names = dataset.Columns!.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var comparison = new Comparison(
            dataset.RowCount ?? 0,
            baseline.RowCount ?? 0,
            [.. wanted.Select(c => c.Name).Where(n => !earlier.ContainsKey(n))],
            [.. earlier.Keys.Where(n => !names.Contains(n))],
            [.. columns.Where(c => c.Drifted).Select(c => c.Name)],
            columns);
        var uri = new ObjectUri(StorageBuckets.JobResults, $"{context.JobId}/comparison.json");
        await context.Storage.PutAsync(uri, new MemoryStream(ComparisonJson.Write(comparison)), cancellationToken: context.CancellationToken);
        return new JobOutcome.Completed($$"""{"drifted":{{comparison.Drifted.Count}}}""", uri.ToString());
    }

    private static bool IsNumber(DatasetColumn column) => column.Type is DatasetColumnType.Integers or DatasetColumnType.Numbers;

    private async Task<ColumnComparison[]> CompareAsync(
        Dataset dataset, Dataset baseline, (DatasetColumn Now, DatasetColumn Before)[] columns, JobContext context)
    {
        var budget = memory.Value.NewBudget();
        var now = Array.ConvertAll(columns, c => new ComparedColumn(PlaceOf(dataset, c.Now.Name), c.Now.Name, AreNumbers(c), budget));
        var before = Array.ConvertAll(columns, c => new ComparedColumn(PlaceOf(baseline, c.Now.Name), c.Now.Name, AreNumbers(c), budget));
        try
        {
            await ReadAsync(dataset, now, context);
            await ReadAsync(baseline, before, context);
            var comparisons = new ColumnComparison[columns.Length];
            await Parallel.ForAsync(0, columns.Length, context.CancellationToken, (i, token) =>
            {
                comparisons[i] = AreNumbers(columns[i])
                    ? CompareNumbers(columns[i], now[i].Numbers!, before[i].Numbers!, budget, token)
                    : CompareTexts(columns[i], now[i].Texts!, before[i].Texts!);
                now[i].Dispose();
                before[i].Dispose();
                return ValueTask.CompletedTask;
            });
            return comparisons;
        }
        finally
        {
            Array.ForEach(now, c => c.Dispose());
            Array.ForEach(before, c => c.Dispose());
        }
    }

    private static bool AreNumbers((DatasetColumn Now, DatasetColumn Before) column) => IsNumber(column.Now) && IsNumber(column.Before);

    private static ColumnComparison CompareNumbers(
        (DatasetColumn Now, DatasetColumn Before) column, NumberColumn values, NumberColumn before, MemoryBudget budget, CancellationToken cancellationToken)
    {
        var (now, then) = (Moments.Of(values, cancellationToken), Moments.Of(before, cancellationToken));
        var psi = StabilityIndex.Of(values, before, budget, cancellationToken);
        var ks = KolmogorovSmirnov.Of(values, now.Count, before, then.Count, budget, RangeLength, cancellationToken);
        return new ColumnComparison(
            column.Now.Name,
            column.Now.Type,
            column.Before.Type,
            psi > PsiThreshold || ks?.Statistic > KsThreshold,
            Ratio(values.Count - now.Count, values.Count),
            Ratio(before.Count - then.Count, before.Count))
        {
            Psi = psi,
            KsStatistic = ks?.Statistic,
            KsPValue = ks?.PValue,
            Mean = Finite(now.Mean),
            BaselineMean = Finite(then.Mean),
            Std = Finite(now.Std(ddof: 1)),
            BaselineStd = Finite(then.Std(ddof: 1)),
        };
    }

    private static ColumnComparison CompareTexts((DatasetColumn Now, DatasetColumn Before) column, Categories now, Categories then)
    {
        var psi = now.Counts is { } counts && then.Counts is { } before ? IndexOf(counts, before) : null;
        return new ColumnComparison(
            column.Now.Name,
            column.Now.Type,
            column.Before.Type,
            column.Now.Type != column.Before.Type || psi > PsiThreshold,
            Ratio(now.Missing, now.Rows),
            Ratio(then.Missing, then.Rows))
        {
            Psi = psi,
        };
    }

    private static double? IndexOf(IReadOnlyDictionary<byte[], long> counts, IReadOnlyDictionary<byte[], long> before)
    {
        byte[][] all = [.. counts.Keys.Union(before.Keys, Categories.TextComparer.Instance)];
        return StabilityIndex.Of([.. all.Select(c => counts.GetValueOrDefault(c))], [.. all.Select(c => before.GetValueOrDefault(c))]);
    }

    private Task<ReadSummary> ReadAsync(Dataset dataset, ComparedColumn[] columns, JobContext context) => DatasetReader.ReadAsync(
        new DatasetSource(context.Storage, dataset.Uri, dataset.Kind),
        reading.Value,
        new ComparedColumnsPass(columns),
        new ReadRequest { Columns = [.. columns.Select(c => c.Place).Order()] },
        context.CancellationToken);

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : part / (double)whole;

    // JSON has no other numbers.
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
