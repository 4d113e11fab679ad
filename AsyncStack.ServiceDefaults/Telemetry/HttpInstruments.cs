using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AsyncStack.ServiceDefaults.Telemetry;

/// <summary>The HTTP server metrics by the names dashboards of the predecessors ask for.</summary>
internal sealed class HttpInstruments
{
    public const string MeterName = "AsyncStack.Http";

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;

    public HttpInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>("http_requests", "{request}", "Requests answered, by method, route and status.");
        _duration = meter.CreateHistogram(
            "http_request_duration",
            "s",
            "Time from a request's arrival to its answer, by method, route and status.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            });
    }

    public void Record(string method, string? route, int status, TimeSpan elapsed)
    {
        var tags = new TagList { { "method", method }, { "route", route ?? "unmatched" }, { "status", status } };
        _requests.Add(1, tags);
        _duration.Record(elapsed.TotalSeconds, tags);
    }

    /// <summary>A client may send any word as a method; only those that mean something become label values.</summary>
    public static string KnownMethod(string method) => method switch
    {
        "GET" or "POST" or "PUT" or "PATCH" or "DELETE" or "HEAD" or "OPTIONS" or "TRACE" or "CONNECT" => method,
        _ => "_OTHER",
    };
}
