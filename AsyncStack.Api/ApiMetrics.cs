using System.Diagnostics;
using System.Diagnostics.Metrics;
using AsyncStack.Api.Grpc;
using AsyncStack.Api.Grpc.Protocol;

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

    private static readonly Counter<long> GrpcHandled =
        Meter.CreateCounter<long>("grpc_server_handled", "{call}", "gRPC calls that ended, by type, service, method and code");

    private static readonly Histogram<double> GrpcHandling = Meter.CreateHistogram(
        "grpc_server_handling",
        "s",
        "Time from a gRPC call's headers to its status, by type, service and method",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });

    /// <summary>Counts an upload that was answered; null when it broke off or storage or database failed.</summary>
    public static void CountUpload(IResult? answer, TimeSpan elapsed) =>
        UploadDuration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("outcome", answer switch
        {
            null => "failed",
            IStatusCodeHttpResult { StatusCode: >= 400 } => "refused",
            _ => "stored",
        }));

    /// <summary>Names and labels are those that go-grpc-prometheus made common, with its spelling of codes.</summary>
    public static void RecordGrpc(GrpcMethod method, GrpcCode code, TimeSpan elapsed)
    {
        var tags = new TagList { { "grpc_type", method.Type }, { "grpc_service", method.Service }, { "grpc_method", method.Name } };
        GrpcHandling.Record(elapsed.TotalSeconds, tags);
        tags.Add("grpc_code", code.ToString());
        GrpcHandled.Add(1, tags);
    }
}
