using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Hosting.Dashboard.Telemetry;

/// <summary>
/// What the dashboard keeps of telemetry, in memory only. Whatever limit is reached first, the oldest goes. Bytes are estimates;
/// full stores of the defaults take some 160 to 250 MB, and an imported session may take as much again.
/// </summary>
public sealed class TelemetryLimits : IValidatableObject
{
    /// <summary>Spans. A trace goes as a whole, the one first that has had no new span for longest. Default 100,000.</summary>
    public int Spans { get; set; } = 100_000;

    /// <summary>Spans of one trace; further ones are refused, so that a trace without end does not push out all others. Default 10,000.</summary>
    public int SpansPerTrace { get; set; } = 10_000;

    /// <summary>Log records. Default 100,000.</summary>
    public int Logs { get; set; } = 100_000;

    /// <summary>Points of metrics over all series. Default 1,000,000.</summary>
    public int MetricPoints { get; set; } = 1_000_000;

    /// <summary>
    /// Points of one series. When there are as many, every other one of the older half goes: the recent past keeps its resolution and
    /// the far one its course; rates lose nothing by it. Default 2,000.
    /// </summary>
    public int PointsPerSeries { get; set; } = 2_000;

    /// <summary>
    /// Combinations of attributes, and processes, of one instrument. A further one takes the place of one that has been silent for
    /// five minutes; while there is none such its points are refused. Default 1,000.
    /// </summary>
    public int SeriesPerInstrument { get; set; } = 1_000;

    /// <summary>Bytes of each of the three kinds. Default 64 MiB.</summary>
    public long Bytes { get; set; } = 64L << 20;

    /// <summary>How long anything is kept. Default 6 hours.</summary>
    public TimeSpan Age { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Live streams that may be open at once; more get 503. Default 64.</summary>
    public int LiveStreams { get; set; } = 64;

    /// <summary>Length of an imported session at the most, after decompression, in bytes. Default 1 GiB.</summary>
    public long SessionBytes { get; set; } = 1L << 30;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
    [
        .. Between(nameof(Spans), Spans, 1, 10_000_000),
        .. Between(nameof(SpansPerTrace), SpansPerTrace, 1, Spans),
        .. Between(nameof(Logs), Logs, 1, 10_000_000),
        .. Between(nameof(MetricPoints), MetricPoints, 1, 100_000_000),
        .. Between(nameof(PointsPerSeries), PointsPerSeries, 16, 1_000_000),
        .. Between(nameof(SeriesPerInstrument), SeriesPerInstrument, 1, 100_000),
        .. Between(nameof(Bytes), Bytes, 1 << 20, 16L << 30),
        .. Between(nameof(LiveStreams), LiveStreams, 1, 10_000),
        .. Between(nameof(SessionBytes), SessionBytes, 1 << 20, 64L << 30),
        .. Between($"{nameof(Age)} in seconds", (long)Age.TotalSeconds, 1, (long)TimeSpan.FromDays(3650).TotalSeconds),
    ];

    internal TelemetryLimits Clone() => (TelemetryLimits)MemberwiseClone();

    private static IEnumerable<ValidationResult> Between(string name, long value, long least, long most)
    {
        if (value < least || value > most)
            yield return new ValidationResult($"{nameof(TelemetryLimits)}.{name} is {value}; set it to between {least} and {most}.", [name]);
    }
}
