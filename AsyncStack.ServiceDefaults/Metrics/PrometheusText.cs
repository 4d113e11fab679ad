using System.Text;

namespace AsyncStack.ServiceDefaults.Metrics;

/// <summary>The two text formats that Prometheus scrapes.</summary>
internal static class PrometheusText
{
    public const string ClassicContentType = "text/plain; version=0.0.4; charset=utf-8";
    public const string OpenMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    public static string Write(IReadOnlyList<MetricFamily> families, bool openMetrics)
    {
        var text = new StringBuilder(16 * 1024);
        foreach (var family in families.Where(family => family.Samples.Count > 0))
        {
            WriteHeader(text, family, openMetrics);
            foreach (var sample in family.Samples)
                WriteSample(text, family.Name, sample, openMetrics);
        }

        if (openMetrics)
            text.Append("# EOF\n");
        return text.ToString();
    }

    private static void WriteHeader(StringBuilder text, MetricFamily family, bool openMetrics)
    {
        var name = openMetrics ? family.Name : family.ClassicName;
        text.Append("# TYPE ").Append(name).Append(' ').Append(TypeName(family.Kind, openMetrics)).Append('\n');
        if (openMetrics && family.Unit is { } unit)
            text.Append("# UNIT ").Append(name).Append(' ').Append(unit).Append('\n');
        if (family.Help.Length > 0)
            text.Append("# HELP ").Append(name).Append(' ').Append(EscapeHelp(family.Help, openMetrics)).Append('\n');
    }

    private static void WriteSample(StringBuilder text, string name, in Sample sample, bool openMetrics)
    {
        text.Append(name).Append(sample.Suffix);
        if (sample.Labels.Length > 0)
            text.Append('{').Append(sample.Labels).Append('}');
        text.Append(' ').Append(sample.Value);
        if (openMetrics && sample.Exemplar is { } exemplar)
            text.Append(" # ").Append(exemplar);
        text.Append('\n');
    }

    private static string TypeName(MetricKind kind, bool openMetrics) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        MetricKind.Info when openMetrics => "info",
        _ => "gauge",
    };

    private static string EscapeHelp(string help, bool openMetrics)
    {
        var escaped = help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        return openMetrics ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
