using System.Diagnostics.Metrics;

namespace AsyncStack.Core;

/// <summary>Instruments of what the services share; the meter is <c>AsyncStack.Core</c>.</summary>
public static class CoreMetrics
{
    private static readonly Meter Meter = new("AsyncStack.Core");

    internal static readonly KeyValuePair<string, object?> HotPath = new("path", "hot");

    internal static readonly KeyValuePair<string, object?> Swept = new("path", "sweep");

    internal static readonly KeyValuePair<string, object?> Ordered = new("path", "ordered");

    /// <summary>Outbox messages confirmed by the broker, by path: hot, sweep or ordered.</summary>
    public static readonly Counter<long> OutboxPublished =
        Meter.CreateCounter<long>("asyncstack.outbox.published", "{message}", "Outbox messages confirmed by the broker");

    /// <summary>Messages left to the sweeper because the hot path's memory was full.</summary>
    public static readonly Counter<long> OutboxOverflow =
        Meter.CreateCounter<long>("asyncstack.outbox.overflow", "{message}", "Messages left to the sweeper because memory was full");

    /// <summary>Age of the oldest row with a partition key when the leader last looked; only the leader's process tells it.</summary>
    public static readonly Gauge<double> OrderedAge = Meter.CreateGauge<double>(
        "asyncstack.outbox.ordered_age", "s", "Age of the oldest event that waits for its turn, at the leader's last look");
}
