using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Observability;

/// <summary>Values of what the Prometheus Operator and Grafana take in.</summary>
internal sealed class MonitoringValues
{
    public MonitoringValues(ValuesSection telemetry)
    {
        var prometheus = telemetry.Section("prometheus", "Objects of the Prometheus Operator, which has to be installed.");
        Monitors = prometheus.Flag("monitors", false, "Whether metrics are scraped (ServiceMonitor, PodMonitor).");
        Rules = prometheus.Flag("rules", false, "Whether there are alerts (PrometheusRule).");
        Interval = prometheus.Text("interval", "30s", "How often metrics are scraped.", "^[0-9]+(ms|s|m)$");
        Labels = prometheus.Block<Dictionary<string, string>>("labels", [], "Labels by which Prometheus finds its objects, {release: kube-prometheus-stack} for one.", Schema.TextByKey);
        var grafana = telemetry.Section("grafana", "What Grafana's sidecar takes in.");
        Dashboard = grafana.Flag("dashboard", false, "Whether there is a ConfigMap with the dashboard.");
        DashboardLabels = grafana.Block("labels", new Dictionary<string, string> { ["grafana_dashboard"] = "1" }, "Labels by which the sidecar finds it.", Schema.TextByKey);
    }

    public Setting<bool> Monitors { get; }

    public Setting<bool> Rules { get; }

    public Setting<string> Interval { get; }

    public Setting<Dictionary<string, string>> Labels { get; }

    public Setting<bool> Dashboard { get; }

    public Setting<Dictionary<string, string>> DashboardLabels { get; }
}
