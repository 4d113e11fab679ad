using System.Text;

namespace AsyncStack.ServiceDefaults.Metrics;

/// <summary>Names by OpenTelemetry's rules for Prometheus compatibility: units spelled out and appended, no doubled underscores.</summary>
internal static class PrometheusNames
{
    /// <summary>The family's name, without <c>_total</c>.</summary>
    public static string Family(string name, string? unit, MetricKind kind)
    {
        var sanitized = Metric(name);
        if (kind == MetricKind.Counter)
            sanitized = WithoutSuffix(sanitized, "_total");
        return unit is null || sanitized == unit || sanitized.EndsWith("_" + unit, StringComparison.Ordinal)
            ? sanitized
            : $"{sanitized}_{unit}";
    }

    /// <summary>A UCUM unit as Prometheus spells it; nothing for annotations such as <c>{request}</c>.</summary>
    public static string? Unit(string? unit, MetricKind kind)
    {
        var bare = WithoutAnnotations(unit ?? "");
        if (bare == "1")
            return kind == MetricKind.Gauge ? "ratio" : null;
        var slash = bare.IndexOf('/', StringComparison.Ordinal);
        var spelled = slash < 0 ? Word(bare) : $"{Word(bare[..slash])}_per_{PerWord(bare[(slash + 1)..])}";
        var sanitized = Metric(spelled).Trim('_');
        return sanitized.Length == 0 ? null : sanitized;
    }

    /// <summary>Characters other than letters, digits, colon and underscore become one underscore; no digit leads.</summary>
    public static string Metric(string name) => Sanitize(name, colon: true);

    public static string Label(string name) => Sanitize(name, colon: false);

    private static string Sanitize(string name, bool colon)
    {
        var result = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            if (char.IsAsciiDigit(c) && result.Length == 0)
                result.Append('_');
            var kept = char.IsAsciiLetterOrDigit(c) || (colon && c == ':') ? c : '_';
            if (kept != '_' || result.Length == 0 || result[^1] != '_')
                result.Append(kept);
        }

        return result.ToString();
    }

    private static string WithoutSuffix(string name, string suffix) =>
        name.EndsWith(suffix, StringComparison.Ordinal) && name.Length > suffix.Length ? name[..^suffix.Length] : name;

    private static string WithoutAnnotations(string unit)
    {
        while (unit.IndexOf('{', StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = unit.IndexOf('}', open);
            unit = close < 0 ? unit[..open] : unit.Remove(open, close - open + 1);
        }

        return unit.Trim();
    }

    private static string Word(string unit) => unit switch
    {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "TiBy" => "tibibytes",
        "KBy" or "kBy" => "kilobytes",
        "MBy" => "megabytes",
        "GBy" => "gigabytes",
        "TBy" => "terabytes",
        "m" => "meters",
        "V" => "volts",
        "A" => "amperes",
        "J" => "joules",
        "W" => "watts",
        "g" => "grams",
        "Cel" => "celsius",
        "Hz" => "hertz",
        "%" => "percent",
        "1" => "",
        _ => unit,
    };

    private static string PerWord(string unit) => unit switch
    {
        "s" => "second",
        "m" or "min" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        "y" => "year",
        _ => Word(unit),
    };
}
