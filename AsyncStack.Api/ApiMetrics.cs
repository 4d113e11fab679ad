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

    /// <summary>Files taken whole, before they are committed.</summary>
    public static readonly Counter<long> UploadedBytes =
        Meter.CreateCounter<long>("asyncstack.datasets.uploaded", "By", "Bytes of files that were stored whole");

    private static readonly Histogram<double> UploadDuration = Meter.CreateHistogram<double>(
        "asyncstack.datasets.upload.duration",
        "s",
        "From the first byte of a form to its answer, by outcome",
        advice: new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 300, 1800] });

    /// <summary>Counts an upload that was answered; null when it broke off or storage or database failed.</summary>
    public static void CountUpload(IResult? answer, TimeSpan elapsed) =>
        UploadDuration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("outcome", answer switch
        {
            null => "failed",
            IStatusCodeHttpResult { StatusCode: >= 400 } => "refused",
            _ => "stored",
        }));
}
