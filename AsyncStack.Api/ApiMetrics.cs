using System.Diagnostics;
using System.Diagnostics.Metrics;
using AsyncStack.Api.Grpc;
using AsyncStack.Api.Grpc.Protocol;
using AsyncStack.Api.Stats;

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

    private static readonly Counter<long> CacheRequests =
        Meter.CreateCounter<long>("asyncstack.cache.requests", "{request}", "Ended tasks that were asked for, by whether the cache had them");

    private static readonly Counter<long> Refusals =
        Meter.CreateCounter<long>("asyncstack.auth.refusals", "{request}", "Requests that were not let in, by reason");

    /// <summary>Counts a request that was not let in: without a credential, with one that is no good, with one that may not do this, or past a limit.</summary>
    public static void CountRefusal(string reason) => Refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Counts an ended task that was asked for.</summary>
    public static void CountCache(bool hit) => CacheRequests.Add(1, new KeyValuePair<string, object?>("result", hit ? "hit" : "miss"));

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

/// <summary>Gauges of the servers, which every Api tells alike: take the maximum over them, not the sum.</summary>
internal sealed class ServerGauges
{
    public ServerGauges(IMeterFactory meters, ServerReadings readings)
    {
        var meter = meters.Create("AsyncStack.Api");
        meter.CreateObservableGauge("asyncstack.queue.messages", () => OfQueues(readings, q => q.Ready), "{message}", "Messages that are ready, by queue");
        meter.CreateObservableGauge("asyncstack.queue.consumers", () => OfQueues(readings, q => q.Consumers), "{consumer}", "Consumers, by queue");
        meter.CreateObservableGauge("asyncstack.jobs.unfinished", () => Jobs(readings.Database), "{job}", "Jobs that have not ended, by state, up to 100,000 each");
        Observe("asyncstack.jobs.oldest_queued_age", "s", "Time since the first of the queued jobs was queued", d => d.OldestQueued);
        Observe("asyncstack.outbox.pending", "{message}", "Messages that the broker has not confirmed, up to 100,000", d => d.Outbox);
        Observe("asyncstack.outbox.oldest_age", "s", "Time since the oldest message that the broker has not confirmed was committed", d => d.OldestOutbox);
        Observe("asyncstack.dead_letters.waiting", "{message}", "Dead letters that nobody has redriven, up to 100,000", d => d.DeadLetters);
        Observe("asyncstack.webhook.pending", "{delivery}", "Deliveries that have not ended, up to 100,000", d => d.Deliveries);
        Observe("asyncstack.postgres.connections", "{connection}", "Connections of clients to Postgres", d => d.Connections);
        Observe("asyncstack.postgres.max_connections", "{connection}", "Connections that Postgres takes", d => d.MaxConnections);

        void Observe(string name, string unit, string description, Func<DatabaseReading, double> value) => meter.CreateObservableGauge(
            name, () => readings.Database is { } read ? [new Measurement<double>(value(read))] : Array.Empty<Measurement<double>>(), unit, description);
    }

    private static IEnumerable<Measurement<long>> OfQueues(ServerReadings readings, Func<(uint Ready, uint Consumers), long> value) =>
        readings.Queues?.Select(q => new Measurement<long>(value(q.Value), new KeyValuePair<string, object?>("queue", q.Key))) ?? [];

    private static IEnumerable<Measurement<long>> Jobs(DatabaseReading? read) => read is null ? [] :
    [
        new(read.Scheduled, new KeyValuePair<string, object?>("state", "scheduled")),
        new(read.Queued, new KeyValuePair<string, object?>("state", "queued")),
        new(read.Running, new KeyValuePair<string, object?>("state", "running")),
    ];
}
