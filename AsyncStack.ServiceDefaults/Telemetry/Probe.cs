using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.ServiceDefaults.Telemetry;

/// <summary>Marks endpoints that machines ask every few seconds: neither traced nor limited by authorization.</summary>
internal sealed class Probe
{
    public static readonly Probe Instance = new();
}

internal static class ProbeExtensions
{
    public static void AsProbe(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(Probe.Instance).WithTags("Probes").AllowAnonymous().DisableHttpMetrics();

    /// <summary>Keeps a span that has begun, and what it causes, from being exported.</summary>
    public static void Untrace(this Activity activity)
    {
        activity.IsAllDataRequested = false;
        activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
