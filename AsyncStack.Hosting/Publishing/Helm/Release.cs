using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Helm;

/// <summary>Names and labels of what one installation of the chart makes.</summary>
internal sealed class Release(string chart, string version)
{
    /// <summary>Which of two versions that run side by side a pod belongs to.</summary>
    public const string TrackLabel = "track";

    public string Chart { get; } = chart;

    /// <summary>Version of the application, and its images' tag.</summary>
    public Text AppVersion { get; } = Text.Action(".Chart.AppVersion", version);

    /// <summary>Begins the name of every object.</summary>
    public Text FullName { get; } = Text.Action($"include \"{chart}.fullname\" .", chart);

    public Text NameOf(string component) => Text.Of($"{FullName}-{component}");

    public ObjectMeta Meta(string component, string? name = null, Labels? annotations = null) => new()
    {
        Name = NameOf(name ?? component),
        Labels = LabelsOf(component),
        Annotations = annotations,
    };

    /// <summary>Labels that tell a component's pods from all others; they never change.</summary>
    public Labels Selector(string? component = null, string? track = null)
    {
        var labels = new Labels { ["app.kubernetes.io/name"] = Chart, ["app.kubernetes.io/instance"] = Text.Action(".Release.Name", Chart) };
        if (component is not null)
            labels["app.kubernetes.io/component"] = component;
        if (track is not null)
            labels[TrackLabel] = track;
        return labels;
    }

    /// <summary>Labels of an object.</summary>
    public Labels LabelsOf(string component, string? track = null)
    {
        var labels = Selector(component, track);
        labels["app.kubernetes.io/version"] = AppVersion;
        labels["app.kubernetes.io/managed-by"] = Text.Action(".Release.Service", "publish");
        labels["helm.sh/chart"] = Text.Of($"{Text.Action(".Chart.Name", Chart)}-{Text.Action(".Chart.Version", AppVersion.ByDefault)}");
        return labels;
    }
}
