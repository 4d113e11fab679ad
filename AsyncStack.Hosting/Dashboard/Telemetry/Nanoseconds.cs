namespace AsyncStack.Hosting.Dashboard.Telemetry;

/// <summary>Moments as nanoseconds since the epoch, in which OTLP tells them; the Api tells microseconds.</summary>
internal static class Nanoseconds
{
    public const long PerSecond = 1_000_000_000;
    private const long PerTick = 100;
    private const decimal PerMicrosecond = 1000;

    /// <summary>Moments past the year 2262 become that.</summary>
    public static long Of(ulong wire) => (long)Math.Min(wire, long.MaxValue);

    public static long Of(DateTimeOffset moment) => (moment - DateTimeOffset.UnixEpoch).Ticks * PerTick;

    public static long Now(TimeProvider time) => Of(time.GetUtcNow());

    public static long Of(TimeSpan span) => span.Ticks > long.MaxValue / PerTick ? long.MaxValue : span.Ticks * PerTick;

    /// <summary>Microseconds, with a fraction where there is one.</summary>
    public static decimal ToMicroseconds(long nanoseconds) => nanoseconds / PerMicrosecond;

    public static long FromMicroseconds(double microseconds) => (long)Math.Clamp(microseconds * 1000, long.MinValue, 9.2e18);
}
