using System.Diagnostics.Metrics;

namespace AsyncStack.Api;

/// <summary>Instruments of the API; the meter is <c>AsyncStack.Api</c>.</summary>
internal static class ApiMetrics
{
    private static readonly Meter Meter = new("AsyncStack.Api");

    public static readonly Counter<long> Submitted =
        Meter.CreateCounter<long>("asyncstack.jobs.submitted", "{job}", "Jobs accepted and committed");

    public static readonly Counter<long> CallbackCacheFailures =
        Meter.CreateCounter<long>("asyncstack.callback_cache.failures", "{batch}", "Batches of callback addresses that Redis did not take");

    public static readonly Counter<long> MessagesTaken =
        Meter.CreateCounter<long>("asyncstack.messages.taken", "{message}", "Messages to save that were committed");
}
