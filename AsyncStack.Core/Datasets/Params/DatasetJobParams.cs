using System.Text.Json;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Core.Datasets.Params;

/// <summary>What is wrong with a job's <c>params</c>: the field by its path within them, empty for the whole, and what would be right.</summary>
public readonly record struct ParamError(string Field, string Message);

/// <summary>
/// Checks the shape of <c>params</c> before a job is accepted. What only the data can tell, an absent column or an unknown strategy of
/// <c>anomalies</c>, is left to the job, which fails with the reason.
/// </summary>
public static class DatasetJobParams
{
    private static readonly string[] Metrics =
        [MetricsParams.Rows, MetricsParams.Columns, MetricsParams.NullRatio, MetricsParams.Duplicated, MetricsParams.Profile];

    private static readonly string[] FillStrategies = [NormalizeParams.Median, NormalizeParams.Mean, NormalizeParams.Constant];
    private static readonly string[] Methods = [NormalizeParams.MinMax, NormalizeParams.ZScore];

    /// <summary>Everything that is wrong; empty when the params are good.</summary>
    public static IReadOnlyList<ParamError> Check(string jobType, JsonElement parameters)
    {
        if (parameters.ValueKind != JsonValueKind.Object)
        {
            return [new ParamError("", "params must be a JSON object.")];
        }

        var fields = new ParamFields(parameters, "", []);
        if (jobType == JobTypes.Metrics.Name)
        {
            CheckMetrics(fields);
        }
        else if (jobType == JobTypes.Anomalies.Name)
        {
            fields.Text("column", required: true);
            fields.Text("strategy", required: true);
            fields.Count("limit_rows");
        }
        else if (jobType == JobTypes.Normalize.Name)
        {
            CheckNormalize(fields);
        }
        else if (jobType == JobTypes.Compare.Name)
        {
            fields.Id("baseline_dataset_id");
            fields.Names("columns", required: false);
        }

        return fields.Errors;
    }

    private static void CheckMetrics(ParamFields fields)
    {
        fields.Names("metrics", required: false, Metrics);
        if (fields.Object("duplicates") is { } duplicates)
        {
            duplicates.Names("subset", required: false);
            duplicates.Keep("keep");
        }

        fields.Count("limit_rows");
    }

    private static void CheckNormalize(ParamFields fields)
    {
        if (fields.Object("drop_duplicates") is { } duplicates)
        {
            duplicates.Names("subset", required: false);
            duplicates.Keep("keep");
        }

        if (fields.Object("fill_nulls") is { } fill)
        {
            if (fill.Text("strategy", required: true, FillStrategies) == NormalizeParams.Constant)
            {
                fill.Scalar("value");
            }

            fill.Names("columns", required: false);
        }

        if (fields.Object("normalize") is { } normalize)
        {
            normalize.Names("columns", required: false);
            normalize.Text("method", required: false, Methods);
        }
    }
}
