using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Services;

/// <summary>Values of where telemetry goes.</summary>
internal sealed class TelemetryValues
{
    private readonly Release _release;

    public TelemetryValues(ChartContext chart)
    {
        _release = chart.Release;
        Section = chart.Root.Section("telemetry", "Where traces, metrics and logs go.");
        Endpoint = Section.Text("otlpEndpoint", "", "OTLP address of a backend, http://signoz-otel-collector.signoz:4317 for one; empty for none.", "^(https?://.+)?$");
        HeadersSecret = Section.Text("otlpHeadersSecret", "", "Secret with headers for the backend: key headers for the services (name=value), key collector for the collector ({name: value}).\nEmpty for none.");
        var collector = Section.Section("collector", "An OpenTelemetry Collector between the services and the backend: it batches, and keeps the backend's key to itself.");
        Collector = collector.Flag("enabled", false, "Whether it runs.");
        CollectorImage = collector.Text("image", "docker.io/otel/opentelemetry-collector:0.150.1", "Its image.", Servers.ValuesKey.ImagePattern);
        CollectorReplicas = collector.Number("replicas", 2, "Its pods.", 1);
        CollectorResources = collector.Resources(ResourceRequirements.Of("50m", "128Mi", "1", "512Mi"));
    }

    public ValuesSection Section { get; }

    public Setting<string> Endpoint { get; }

    public Setting<string> HeadersSecret { get; }

    public Setting<bool> Collector { get; }

    public Setting<string> CollectorImage { get; }

    public Setting<int> CollectorReplicas { get; }

    public Setting<ResourceRequirements> CollectorResources { get; }

    public const string CollectorName = "collector";

    /// <summary>Variables that every project gets: it pushes to the collector where there is one, else to the backend, else nowhere.</summary>
    public IEnumerable<Field<EnvVar>> Variables()
    {
        var direct = !Collector.IsSet & Endpoint.IsSet;
        yield return Field.When(Collector.IsSet, new EnvVar("OTEL_EXPORTER_OTLP_ENDPOINT") { Value = Text.Of($"http://{_release.NameOf(CollectorName)}:4317") });
        yield return Field.When(direct, new EnvVar("OTEL_EXPORTER_OTLP_ENDPOINT") { Value = Endpoint });
        yield return Field.When(direct & HeadersSecret.IsSet, new EnvVar("OTEL_EXPORTER_OTLP_HEADERS")
        {
            ValueFrom = new EnvVarSource { SecretKeyRef = new KeySelector(HeadersSecret, "headers") },
        });
    }
}
