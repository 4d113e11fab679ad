namespace AsyncStack.Hosting.Tests.Dashboard.Telemetry;

/// <summary>A clock that a test sets. Timers are real, for nothing here is told by one.</summary>
internal sealed class ManualTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
