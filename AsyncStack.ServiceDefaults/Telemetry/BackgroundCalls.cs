using System.Diagnostics;
using OpenTelemetry;

namespace AsyncStack.ServiceDefaults.Telemetry;

/// <summary>
/// Leaves out the calls that loops make by themselves, such as heartbeats and health checks: spans of client libraries that begin a trace,
/// of which each would be the only one.
/// </summary>
internal sealed class BackgroundCalls : BaseProcessor<Activity>
{
    public override void OnStart(Activity data)
    {
        if (data is { Kind: ActivityKind.Client, Source.Name: "Npgsql" or "System.Net.Http", ParentSpanId: var parent } && parent == default)
            data.Untrace();
    }
}
