namespace AsyncStack.Bench.Reporting;

/// <summary>Jobs a second of each round, without telemetry and with all of it.</summary>
internal sealed class TelemetryFigures
{
    /// <summary>The name under which the CPU of the whole machine stands among those of the processes.</summary>
    public const string Machine = "the machine";

    public List<double> Off { get; } = [];

    public List<double> On { get; } = [];

    /// <summary>CPU of our processes for one job, in microseconds, by process; of each round.</summary>
    public List<IReadOnlyDictionary<string, double>> OffCpu { get; } = [];

    /// <summary>The same with telemetry.</summary>
    public List<IReadOnlyDictionary<string, double>> OnCpu { get; } = [];

    /// <summary>What came to the receiver of this program; null when the graph has its own.</summary>
    public long? ReceivedBytes { get; set; }

    public List<string> Faults { get; } = [];

    /// <summary>The median rate with telemetry as a share of the median without.</summary>
    public double? Ratio => On.Count == 0 || Off.Count == 0 ? null : Median(On) / Median(Off);

    public static double Median(List<double> rates) => rates.Order().ElementAt(rates.Count / 2);
}
