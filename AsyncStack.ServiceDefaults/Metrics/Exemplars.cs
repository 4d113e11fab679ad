using OpenTelemetry.Metrics;

namespace AsyncStack.ServiceDefaults.Metrics;

/// <summary>The traces that a histogram's values came from, as OpenMetrics writes them behind a bucket.</summary>
internal readonly struct Exemplars(List<(double Value, string Text)>? all)
{
    public static Exemplars Of(in MetricPoint point)
    {
        if (!point.TryGetExemplars(out var exemplars))
            return default;
        var all = new List<(double, string)>();
        foreach (ref readonly var exemplar in exemplars)
        {
            if (exemplar.TraceId == default)
                continue;
            var time = PrometheusLabels.Number(exemplar.Timestamp.ToUnixTimeMilliseconds() / 1000.0);
            var labels = $"trace_id=\"{exemplar.TraceId.ToHexString()}\",span_id=\"{exemplar.SpanId.ToHexString()}\"";
            all.Add((exemplar.DoubleValue, $"{{{labels}}} {PrometheusLabels.Number(exemplar.DoubleValue)} {time}"));
        }

        return new(all);
    }

    /// <summary>An exemplar above <paramref name="lower"/> and not above <paramref name="upper"/>, or none.</summary>
    public string? Within(double lower, double upper)
    {
        foreach (var (value, text) in all ?? [])
        {
            if (value > lower && value <= upper)
                return text;
        }

        return null;
    }
}
