using System.Globalization;
using System.Text.RegularExpressions;

namespace AsyncStack.ServiceDefaults.Tests.Metrics;

internal sealed record ParsedSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value, string? Exemplar);

internal sealed record ParsedFamily(string Name, string Type)
{
    public string? Unit { get; set; }

    public string? Help { get; set; }

    public List<ParsedSample> Samples { get; } = [];
}

/// <summary>Reads either text format and refuses whatever a Prometheus server would refuse.</summary>
internal sealed partial class PrometheusParser
{
    private static readonly Dictionary<string, string[]> Suffixes = new(StringComparer.Ordinal)
    {
        ["counter"] = ["_total"],
        ["gauge"] = [""],
        ["histogram"] = ["_bucket", "_sum", "_count"],
        ["info"] = ["_info"],
    };

    private readonly bool _openMetrics;
    private readonly Dictionary<string, ParsedFamily> _families = new(StringComparer.Ordinal);
    private readonly HashSet<string> _series = new(StringComparer.Ordinal);
    private ParsedFamily? _current;

    private PrometheusParser(bool openMetrics) => _openMetrics = openMetrics;

    public static IReadOnlyDictionary<string, ParsedFamily> Parse(string text, bool openMetrics)
    {
        Require(text.EndsWith('\n') && !text.Contains('\r', StringComparison.Ordinal), "lines end with \\n", text[^Math.Min(20, text.Length)..]);
        var lines = text[..^1].Split('\n');
        if (openMetrics)
        {
            Require(lines[^1] == "# EOF", "OpenMetrics ends with # EOF", lines[^1]);
            lines = lines[..^1];
        }

        var parser = new PrometheusParser(openMetrics);
        foreach (var line in lines)
            parser.ReadLine(line);
        foreach (var family in parser._families.Values)
            parser.CheckFamily(family);
        return parser._families;
    }

    private void ReadLine(string line)
    {
        if (Meta().Match(line) is { Success: true } meta)
            ReadMeta(meta.Groups["kind"].Value, meta.Groups["name"].Value, meta.Groups["rest"].Value, line);
        else
            ReadSample(line);
    }

    private void ReadMeta(string kind, string name, string rest, string line)
    {
        if (kind == "TYPE")
        {
            Require(Suffixes.ContainsKey(rest) && (_openMetrics || rest != "info"), "a known type", line);
            _current = new(name, rest);
            Require(_families.TryAdd(name, _current), "each family is declared once", line);
            return;
        }

        Require(_current?.Name == name && _current.Samples.Count == 0, "metadata stands before the samples of its own family", line);
        if (kind == "UNIT")
        {
            Require(_openMetrics && name.EndsWith("_" + rest, StringComparison.Ordinal), "the name ends with its unit", line);
            _current.Unit = rest;
        }
        else
        {
            Require(!(_openMetrics ? BadOpenHelp() : BadClassicHelp()).IsMatch(rest), "HELP is escaped", line);
            _current.Help = rest;
        }
    }

    private void ReadSample(string line)
    {
        var match = SampleLine().Match(line);
        Require(match.Success, "a sample", line);
        var name = match.Groups["name"].Value;
        Require(_current is not null && Belongs(name, _current), "samples follow the TYPE of their own family", line);
        Require(_openMetrics || !match.Groups["exemplar"].Success, "exemplars are OpenMetrics only", line);
        Require(_series.Add(name + "{" + match.Groups["labels"].Value), "each series is told once", line);
        var value = Number(match.Groups["value"].Value, line);
        var exemplar = match.Groups["exemplar"] is { Success: true } found ? found.Value : null;
        _current.Samples.Add(new(name, ReadLabels(match.Groups["labels"].Value, line), value, exemplar));
    }

    private bool Belongs(string sample, ParsedFamily family) =>
        !_openMetrics && family.Type == "counter"
            ? sample == family.Name && sample.EndsWith("_total", StringComparison.Ordinal)
            : Suffixes[family.Type].Any(suffix => sample == family.Name + suffix);

    private static Dictionary<string, string> ReadLabels(string labels, string line)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match label in Label().Matches(labels))
            Require(read.TryAdd(label.Groups["name"].Value, Regex.Unescape(label.Groups["value"].Value)), "label names differ", line);
        return read;
    }

    private void CheckFamily(ParsedFamily family)
    {
        Require(family.Samples.Count > 0, "a family has samples", family.Name);
        if (family.Type != "histogram")
            return;
        var series = family.Samples.GroupBy(
            sample => string.Join(',', sample.Labels.Where(label => label.Key != "le").Select(label => $"{label.Key}={label.Value}")),
            StringComparer.Ordinal);
        foreach (var histogram in series)
            CheckHistogram(family.Name, [.. histogram]);
    }

    private void CheckHistogram(string name, List<ParsedSample> samples)
    {
        var buckets = samples.Where(sample => sample.Name == name + "_bucket").ToList();
        var bounds = buckets.ConvertAll(bucket => Number(bucket.Labels["le"], name));
        Require(bounds.SequenceEqual(bounds.Distinct().Order()), "bounds rise", name);
        Require(buckets.Select(bucket => bucket.Value).SequenceEqual(buckets.Select(bucket => bucket.Value).Order()), "buckets are cumulative", name);
        Require(double.IsPositiveInfinity(bounds[^1]), "the last bucket is +Inf", name);
        Require(buckets[^1].Value == samples.Single(sample => sample.Name == name + "_count").Value, "+Inf is the count", name);
        Require(samples.Count(sample => sample.Name == name + "_sum") == 1, "one sum", name);
        if (_openMetrics)
            Require(buckets.TrueForAll(bucket => CanonicalBound().IsMatch(bucket.Labels["le"])), "bounds are canonical", name);
    }

    private static double Number(string text, string line) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => value,
        _ => throw new FormatException($"not a number: {line}"),
    };

    private static void Require([System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool holds, string rule, string line)
    {
        if (!holds)
            throw new FormatException($"{rule}: {line}");
    }

    [GeneratedRegex("^# (?<kind>TYPE|HELP|UNIT) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Meta();

    [GeneratedRegex(
        """
        ^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
        (\{(?<labels>([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*"(,(?!\}))?)*)\})?
        [ ](?<value>\S+)
        ([ ]\#[ ](?<exemplar>\{([a-z_]+="[0-9a-f]*",?)*\}[ ]\S+([ ][0-9.]+)?))?$
        """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace,
        1000)]
    private static partial Regex SampleLine();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\]|\\["\\n])*)"(,|$)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    [GeneratedRegex("""(^|[^\\])(\\\\)*\\([^\\n]|$)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BadClassicHelp();

    [GeneratedRegex("""(^|[^\\])(\\\\)*(\\([^\\n"]|$)|")""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BadOpenHelp();

    [GeneratedRegex(@"^(\+Inf|-?[0-9]+\.[0-9]+|-?[0-9.]+e[+-][0-9]+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CanonicalBound();
}
