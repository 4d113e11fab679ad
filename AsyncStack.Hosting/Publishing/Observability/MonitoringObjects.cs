using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Hints;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Servers;
using AsyncStack.Hosting.Publishing.Services;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Observability;

/// <summary>What monitoring takes in: where metrics are, which alerts there are, and a dashboard.</summary>
internal sealed class MonitoringObjects(ChartContext chart, MonitoringValues values, MonitoringFilesAnnotation? files)
{
    private const string Folder = "templates/monitoring";
    private const string RulesFile = "files/rules.yaml";

    // Rules and dashboard know jobs by the names that the graph gives the services, not by those of an installation.
    private const string JobLabel = "app.kubernetes.io/component";

    public IEnumerable<ChartDocument> Documents(IEnumerable<PublishedService> services, PublishedServers servers)
    {
        foreach (var service in services.Where(s => s.IsProject && s.Ports.Any(p => p.IsHttp)))
            yield return new($"{Folder}/servicemonitors.yaml", Monitor(service), values.Monitors.IsSet);
        foreach (var broker in servers.All.OfType<RabbitMqServer>().Where(b => b.HasMetrics))
            yield return new($"{Folder}/podmonitors.yaml", Monitor(broker), values.Monitors.IsSet & broker.IsEmbedded);
        if (Read(files?.Dashboard) is { } dashboard)
            yield return new($"{Folder}/dashboard.yaml", Dashboard(dashboard), values.Dashboard.IsSet);
    }

    /// <summary>The rules' file is the object's spec, as Prometheus itself reads it.</summary>
    public IEnumerable<ChartTemplate> Templates()
    {
        if (Read(files?.Rules) is not { } rules)
            yield break;
        yield return new ChartTemplate(RulesFile, rules);
        yield return new ChartTemplate(
            $"{Folder}/prometheusrule.yaml",
            $$$"""
            {{- if {{{values.Rules.IsSet.Code}}} }}
            ---
            apiVersion: monitoring.coreos.com/v1
            kind: PrometheusRule
            metadata:
              name: {{ include "{{{chart.Release.Chart}}}.fullname" . | quote }}
              labels:
                app.kubernetes.io/name: {{{chart.Release.Chart}}}
                app.kubernetes.io/instance: {{ .Release.Name | quote }}
            {{- with {{{values.Labels.Code}}} }}
                {{- toYaml . | nindent 4 }}
            {{- end }}
            spec:
            {{ regexReplaceAll "(?m) +$" (.Files.Get "{{{RulesFile}}}" | trim | indent 2) "" }}
            {{- end }}

            """);
    }

    private ServiceMonitor Monitor(PublishedService service) => new()
    {
        Metadata = Meta(service.Name, service.Name, values.Labels),
        Spec = new ServiceMonitorSpec(
            JobLabel,
            new LabelSelector { MatchLabels = chart.Release.Selector(service.Name) },
            [new MetricsEndpoint(service.Ports.First(p => p.IsHttp).Name, "/metrics") { Interval = values.Interval }]),
    };

    private PodMonitor Monitor(RabbitMqServer broker) => new()
    {
        Metadata = Meta(broker.Name, broker.Name, values.Labels),
        Spec = new PodMonitorSpec(JobLabel, new LabelSelector { MatchLabels = chart.Release.Selector(broker.Name) }, [new MetricsEndpoint("metrics", "/metrics") { Interval = values.Interval }]),
    };

    private ConfigMap Dashboard(string content) => new()
    {
        Metadata = Meta("monitoring", "dashboard", values.DashboardLabels),
        Data = new Labels { [$"{chart.Release.Chart}.json"] = new ChartFile("files/dashboard.json", content) },
    };

    private ObjectMeta Meta(string component, string name, Setting<Dictionary<string, string>> more)
    {
        var labels = new Labels { More = more };
        foreach (var (key, value) in chart.Release.LabelsOf(component))
            labels[key] = value;
        return new ObjectMeta { Name = chart.Release.NameOf(name), Labels = labels };
    }

    private static string? Read(string? path) => path is not null && File.Exists(path) ? File.ReadAllText(path) : null;
}
