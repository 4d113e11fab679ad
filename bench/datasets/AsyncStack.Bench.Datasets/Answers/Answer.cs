using System.Text.Json;

namespace AsyncStack.Bench.Datasets.Answers;

/// <summary>An answer boiled down to named numbers, of which the counts must be equal and the sums nearly so.</summary>
internal static class Answer
{
    private const double Tolerance = 1e-9;

    public static IReadOnlyDictionary<string, double> Read(Work work, string path) => work.JobType switch
    {
        "metrics" => Metrics(path),
        "anomalies" => Anomalies(path),
        _ => CsvSums.Of(path),
    };

    /// <summary>What is in <paramref name="answer"/> and differs from <paramref name="expected"/>, or is missing in it.</summary>
    public static IEnumerable<string> Differences(IReadOnlyDictionary<string, double> expected, IReadOnlyDictionary<string, double> answer) =>
        from name in expected.Keys.Union(answer.Keys)
        let wanted = expected.GetValueOrDefault(name, double.NaN)
        let found = answer.GetValueOrDefault(name, double.NaN)
        where !(Math.Abs(wanted - found) <= Tolerance * Math.Max(Math.Abs(wanted), Math.Abs(found)))
        select $"{name} is {found:R} and not {wanted:R}";

    private static Dictionary<string, double> Metrics(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        return json.RootElement.GetProperty("metrics").EnumerateObject().ToDictionary(x => x.Name, x => x.Value.GetDouble());
    }

    private static Dictionary<string, double> Anomalies(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var values = Numbers(json, "anomalies");
        var rows = Numbers(json, "rows");
        return new()
        {
            ["anomalies_count"] = json.RootElement.GetProperty("anomalies_count").GetDouble(),
            ["values"] = values.Length,
            ["rows"] = rows.Length,
            ["sum of values"] = values.Sum(),
            ["sum of rows"] = rows.Sum(),
            // Each value with its row, and in row order.
            ["sum of values by rows"] = values.Zip(rows, (value, row) => value * row).Sum(),
            ["rows out of order"] = rows.Zip(rows.Skip(1), (row, next) => next <= row ? 1 : 0).Sum(),
        };
    }

    private static double[] Numbers(JsonDocument json, string name) =>
        [.. json.RootElement.GetProperty(name).EnumerateArray().Select(x => x.GetDouble())];
}
