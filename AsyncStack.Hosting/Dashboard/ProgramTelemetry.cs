using System.Security.Cryptography;
using AsyncStack.Hosting.State;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AsyncStack.Hosting.Dashboard;

/// <summary>Where the graph's programs send their telemetry: to the collector that the AppHost's own settings name, else to the dashboard.</summary>
internal sealed class ProgramTelemetry(IConfiguration configuration, GraphState state, IOptions<DashboardOptions> options)
{
    public const string KeyHeader = "x-otlp-api-key";
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] CollectorVariables = [EndpointVariable, "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TIMEOUT"];

    // What a person waits for shows within about a second; metrics are many and cost more. Exemplars lead from a chart to a trace.
    private static readonly (string Name, string Value)[] LocalPace =
    [
        ("OTEL_BSP_SCHEDULE_DELAY", "1000"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "1000"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "5000"),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based"),
    ];

    private readonly Lazy<string> _key = new(() => options.Value.OtlpApiKey
        ?? state.GetOrAddValue("dashboard-otlp-key", () => RandomNumberGenerator.GetHexString(40, lowercase: true)));

    /// <summary>What senders have to give as <see cref="KeyHeader"/>.</summary>
    public string ApiKey => _key.Value;

    /// <summary>Where the dashboard takes OTLP over gRPC; null without a dashboard.</summary>
    public string? DashboardEndpoint { get; set; }

    /// <summary>Where the dashboard shows a trace, with <c>{trace_id}</c> for its id; null without a dashboard.</summary>
    public string? TraceUrl { get; set; }

    /// <summary>Adds the variables; those of the AppHost's own environment are inherited and stay as they are.</summary>
    public void AddTo(Dictionary<string, object> environment)
    {
        if (configuration[EndpointVariable] is { Length: > 0 })
        {
            foreach (var name in CollectorVariables)
                if (configuration[name] is { Length: > 0 } value)
                    environment[name] = value;
            return;
        }

        if (DashboardEndpoint is null)
            return;
        environment[EndpointVariable] = DashboardEndpoint;
        environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        environment["OTEL_EXPORTER_OTLP_HEADERS"] = $"{KeyHeader}={ApiKey}";
        if (TraceUrl is not null)
            environment["ASYNCSTACK_TRACE_URL"] = TraceUrl;
        foreach (var (name, value) in LocalPace)
            if (configuration[name] is null or "")
                environment[name] = value;
    }
}
