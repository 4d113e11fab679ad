using AsyncStack.Hosting.Dashboard.Otlp.Wire;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Logs;

/// <summary>The six severities; each has four numbers in OpenTelemetry's logs data model.</summary>
internal static class Severity
{
    private const int Steps = 4;
    private const int Unknown = (int)Otlp.Wire.SeverityNumber.Info;

    public static readonly IReadOnlyList<string> Names = ["trace", "debug", "info", "warn", "error", "fatal"];

    /// <summary>The severity's name; what is no severity counts as information.</summary>
    public static string Name(int number) => Names[((number is >= 1 and <= 24 ? number : Unknown) - 1) / Steps];

    /// <summary>The lowest number of a severity; null for what is none.</summary>
    public static int? Least(string name)
    {
        for (var i = 0; i < Names.Count; i++)
        {
            if (Names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
                return (i * Steps) + 1;
        }

        return null;
    }

    /// <summary>The number of a record; senders that give none often name it.</summary>
    public static byte Number(LogRecord record) =>
        (int)record.SeverityNumber is >= 1 and <= 24 ? (byte)record.SeverityNumber
        : (byte)(Least(record.SeverityText) ?? record.SeverityText.ToUpperInvariant() switch
        {
            "VERBOSE" => (int)SeverityNumber.Trace,
            "INFORMATION" or "NOTICE" => (int)SeverityNumber.Info,
            "WARNING" => (int)SeverityNumber.Warn,
            "CRITICAL" or "EMERGENCY" or "ALERT" => (int)SeverityNumber.Fatal,
            _ => Unknown,
        });
}
