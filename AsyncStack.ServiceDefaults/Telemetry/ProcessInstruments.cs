using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AsyncStack.ServiceDefaults.Telemetry;

/// <summary>What .NET's own meter of the process leaves out. A start time that changes tells of a restart.</summary>
internal sealed class ProcessInstruments
{
    public ProcessInstruments(IMeterFactory meters)
    {
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        meters.Create("AsyncStack.Process").CreateObservableGauge(
            "process.start_time", () => started, "s", "When the process was started, in seconds since 1970");
    }
}
