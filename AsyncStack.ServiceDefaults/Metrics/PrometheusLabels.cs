using System.Globalization;
using System.Text;
using OpenTelemetry;

namespace AsyncStack.ServiceDefaults.Metrics;

/// <summary>Renders label sets and numbers.</summary>
internal static class PrometheusLabels
{
    /// <summary>The point's tags, then the scope's. Names that become the same are joined by <c>;</c>, as the specification has it.</summary>
    public static string Render(ReadOnlyTagCollection tags, string scope, string? scopeVersion)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in tags)
            Add(labels, PrometheusNames.Label(tag.Key), Text(tag.Value));
        var rendered = new StringBuilder(128);
        foreach (var (name, value) in labels)
            Append(rendered, name, value);
        Append(rendered, "otel_scope_name", scope);
        if (!string.IsNullOrEmpty(scopeVersion))
            Append(rendered, "otel_scope_version", scopeVersion);
        return rendered.ToString();
    }

    public static string Render(IEnumerable<KeyValuePair<string, object>> attributes)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in attributes)
            Add(labels, PrometheusNames.Label(name), Text(value));
        var rendered = new StringBuilder(128);
        foreach (var (name, value) in labels)
            Append(rendered, name, value);
        return rendered.ToString();
    }

    public static string With(string labels, string name, string value)
    {
        var rendered = new StringBuilder(labels, labels.Length + name.Length + value.Length + 4);
        Append(rendered, name, value);
        return rendered.ToString();
    }

    /// <summary>Canonical in OpenMetrics and valid in 0.0.4, so that a series is the same in both: <c>1.0</c>, <c>+Inf</c>.</summary>
    public static string Bound(double bound)
    {
        var number = Number(bound);
        return double.IsFinite(bound) && !number.Contains('.', StringComparison.Ordinal) && !number.Contains('e', StringComparison.Ordinal)
            ? number + ".0"
            : number;
    }

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e'),
    };

    private static void Add(SortedDictionary<string, string> labels, string name, string value) =>
        labels[name] = labels.TryGetValue(name, out var earlier) ? $"{earlier};{value}" : value;

    private static string Text(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static void Append(StringBuilder rendered, string name, string value)
    {
        if (rendered.Length > 0)
            rendered.Append(',');
        rendered.Append(name).Append("=\"");
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => rendered.Append(@"\\"),
                '"' => rendered.Append("\\\""),
                '\n' => rendered.Append("\\n"),
                _ => rendered.Append(c),
            };
        }

        rendered.Append('"');
    }
}
