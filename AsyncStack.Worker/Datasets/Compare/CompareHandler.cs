using AsyncStack.Core.Datasets;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets.Anomalies;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;
using AsyncStack.Worker.Execution;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Datasets.Compare;

/// <summary>Runs <c>compare</c> jobs: column by column, each a pass over both files, so that memory holds two columns at the most.</summary>
internal sealed class CompareHandler(
    DatasetStore datasets, DatasetGate gate, IOptions<DatasetReadOptions> reading, IOptions<DatasetMemoryOptions> memory)
    : DatasetHandler<CompareParams>(JobTypes.Compare.Name, datasets, gate)
{
    private const double PsiThreshold = 0.2;
    private const double KsThreshold = 0.1;
    private const int MostCategories = 10_000;
    private const int RangeLength = 2 << 20;

    protected override async Task<JobOutcome> RunAsync(Dataset dataset, CompareParams parameters, JobContext context)
    {
        var baseline = await FindAsync(parameters.BaselineDatasetId, context.CancellationToken);
        var wanted = PlacesOf(dataset, parameters.Columns).Select(place => dataset.Columns![place]).ToArray();
        var earlier = baseline.Columns!.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var common = wanted.Where(c => earlier.ContainsKey(c.Name)).ToArray();
        var columns = new List<ColumnComparison>();
        foreach (var column in common)
        {
            columns.Add(await CompareAsync(dataset, column, baseline, earlier[column.Name], context));
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

    private Task<ColumnComparison> CompareAsync(
        Dataset dataset, DatasetColumn column, Dataset baseline, DatasetColumn earlier, JobContext context) =>
        IsNumber(column) && IsNumber(earlier)
            ? CompareNumbersAsync(dataset, column, baseline, earlier, context)
            : CompareCategoriesAsync(dataset, column, baseline, earlier, context);

    private async Task<ColumnComparison> CompareNumbersAsync(
        Dataset dataset, DatasetColumn column, Dataset baseline, DatasetColumn earlier, JobContext context)
    {
        var budget = memory.Value.NewBudget();
        using var values = new NumberColumn(budget);
        using var before = new NumberColumn(budget);
        await ReadAsync(dataset, new ColumnPass(PlaceOf(dataset, column.Name), column.Name, values), context);
        await ReadAsync(baseline, new ColumnPass(PlaceOf(baseline, column.Name), column.Name, before), context);
        var (now, then) = (MomentsOf(values, context.CancellationToken), MomentsOf(before, context.CancellationToken));
        var psi = StabilityIndex.Of(values, before, budget, context.CancellationToken);
        var ks = KolmogorovSmirnov.Of(values, now.Count, before, then.Count, budget, RangeLength, context.CancellationToken);
        return new ColumnComparison(
            column.Name,
            column.Type,
            earlier.Type,
            psi > PsiThreshold || ks?.Statistic > KsThreshold,
            Ratio(values.Count - now.Count, values.Count),
            Ratio(before.Count - then.Count, before.Count))
        {
            Psi = psi,
            KsStatistic = ks?.Statistic,
            KsPValue = ks?.PValue,
            Mean = Finite(now.Mean),
            BaselineMean = Finite(then.Mean),
            Std = Finite(Math.Sqrt(now.Variance(ddof: 1))),
            BaselineStd = Finite(Math.Sqrt(then.Variance(ddof: 1))),
        };
    }

    private async Task<ColumnComparison> CompareCategoriesAsync(
        Dataset dataset, DatasetColumn column, Dataset baseline, DatasetColumn earlier, JobContext context)
    {
        var now = new CategoryPass(PlaceOf(dataset, column.Name), MostCategories);
        var then = new CategoryPass(PlaceOf(baseline, column.Name), MostCategories);
        await ReadAsync(dataset, now, context);
        await ReadAsync(baseline, then, context);
        var psi = now.Counts is { } counts && then.Counts is { } before ? IndexOf(counts, before) : null;
        return new ColumnComparison(
            column.Name,
            column.Type,
            earlier.Type,
            column.Type != earlier.Type || psi > PsiThreshold,
            Ratio(now.Missing, now.Rows),
            Ratio(then.Missing, then.Rows))
        {
            Psi = psi,
        };
    }

    private static double? IndexOf(Dictionary<string, long> counts, Dictionary<string, long> before)
    {
        string[] all = [.. counts.Keys.Union(before.Keys, StringComparer.Ordinal)];
        return StabilityIndex.Of([.. all.Select(c => counts.GetValueOrDefault(c))], [.. all.Select(c => before.GetValueOrDefault(c))]);
    }

    private Task<ReadSummary> ReadAsync<TPart>(Dataset dataset, BlockPass<TPart> pass, JobContext context) =>
        DatasetReader.ReadAsync(
            new DatasetSource(context.Storage, dataset.Uri, dataset.Kind), reading.Value, pass, ReadRequest.All, context.CancellationToken);

    private static Moments MomentsOf(NumberColumn column, CancellationToken cancellationToken)
    {
        var moments = default(Moments);
        foreach (var block in column.Scan(cancellationToken))
            moments.Add(block);
        return moments;
    }

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : part / (double)whole;

    // JSON has no other numbers.
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
