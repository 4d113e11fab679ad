using System.Text.RegularExpressions;

namespace AsyncStack.Graph.Tests.Monitoring;

/// <summary>The tables of metrics in docs/telemetry.md: each name with the sets of labels that its series may have.</summary>
internal static partial class MetricCatalogue
{
    public static Dictionary<string, HashSet<string>> Read(string file) =>
        File.ReadLines(file)
            .Select(line => Row().Match(line))
            .Where(match => match.Success)
            .ToDictionary(match => match.Groups["name"].Value, match => Alternatives(match.Groups["labels"].Value), StringComparer.Ordinal);

    /// <summary>Labels as they are compared: sorted, joined by commas.</summary>
    public static string Join(IEnumerable<string> labels) => string.Join(',', labels.Order(StringComparer.Ordinal));

    // Where a metric is told with other labels by others, a semicolon is between.
    private static HashSet<string> Alternatives(string column) =>
        [.. column.Split(';').Select(alternative => Join(Name().Matches(alternative).Select(m => m.Groups["label"].Value)))];

    [GeneratedRegex(@"^\| `(?<name>[a-z0-9_]+)` \| (counter|histogram|gauge) \|(?<labels>[^|]*)\|", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<label>[a-z_]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
