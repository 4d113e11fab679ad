using AsyncStack.Bench.Load;

namespace AsyncStack.Bench.Reporting;

/// <summary>What one run of many jobs came to, each rate counted from the first request.</summary>
internal sealed record EndToEndFigures(double AcceptedPerSecond, double CompletedPerSecond, double? CalledBackPerSecond);

/// <summary>Latencies at a steady 50 jobs a second, from sending the request.</summary>
internal sealed record LatencyFigures(Percentiles Accepted, Percentiles Completed, Percentiles? CalledBack);

/// <summary>One of our processes: its share of one core while idle, and its memory after the run.</summary>
internal sealed record ProcessFigures(string Name, double IdlePercent, long ResidentBytes);

/// <summary>Everything measured of one system; what could not be measured stays null and says why in <see cref="Faults"/>.</summary>
internal sealed class SystemFigures
{
    public WrkResult? Accept { get; set; }

    public EndToEndFigures? EndToEnd { get; set; }

    public EndToEndFigures? WithCallback { get; set; }

    public LatencyFigures? Latency { get; set; }

    public IReadOnlyList<ProcessFigures> Processes { get; set; } = [];

    /// <summary>Jobs lost, run twice or called back twice, and phases that broke off: a run with any is worth nothing.</summary>
    public List<string> Faults { get; } = [];
}
