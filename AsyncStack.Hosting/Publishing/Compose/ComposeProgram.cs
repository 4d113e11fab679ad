using System.Globalization;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Services;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Compose;

/// <summary>One container of a Compose file, made of a pod.</summary>
internal sealed class ComposeProgram
{
    private readonly ApplicationChart _application;
    private readonly PodSpec _pod;
    private readonly Container _container;

    private ComposeProgram(ApplicationChart application, ObjectMeta meta, PodSpec pod)
    {
        (_application, _pod) = (application, pod);
        _container = (Container)pod.Containers[0].Content!;
        Name = Plain(meta.Name!.Value);
        Component = Plain(meta.Labels!["app.kubernetes.io/component"]);
    }

    /// <summary>The name that others connect to.</summary>
    public string Name { get; }

    public string Component { get; }

    public string? DataVolume => Mounts.Any(m => m.Name == "data") ? $"{Component}-data" : null;

    /// <summary>Files mounted into the container, by the name they are published under.</summary>
    public IEnumerable<(string Name, string Content, string Id, string Target)> Files =>
        from document in _application.Documents
        where document.Object is ConfigMap
        let config = (ConfigMap)document.Object
        from volume in _pod.Volumes ?? []
        where volume.Content is Volume { ConfigMap: { } source } && Plain(source.Name) == Plain(config.Metadata.Name!.Value)
        from mount in Mounts.Where(m => m.Name == ((Volume)volume.Content!).Name)
        from entry in config.Data
        where mount.SubPath is null || mount.SubPath == entry.Key
        select ($"files/{Component}-{entry.Key}", Plain(entry.Value), $"{Component}-{entry.Key.Replace('.', '-')}", mount.SubPath is null ? $"{mount.MountPath}/{entry.Key}" : mount.MountPath);

    /// <summary>Names of the secrets it reads.</summary>
    public IEnumerable<string> Secrets => (_pod.Volumes ?? []).Select(v => v.Content).OfType<Volume>().Where(v => v.Projected is not null)
        .SelectMany(v => v.Projected!.Sources).Select(s => ((VolumeProjection)s.Content!).Secret!.Items[0].Path);

    private IEnumerable<VolumeMount> Mounts => (_container.VolumeMounts ?? []).Select(m => (VolumeMount)m.Content!);

    private IResource? Resource => _application.Graph.Services.FirstOrDefault(s => s.Name == Component)?.Resource
        ?? (IResource?)_application.Graph.Servers.All.FirstOrDefault(s => s.Name == Component)?.Resource;

    /// <summary>The container of a workload; null for other objects.</summary>
    public static ComposeProgram? From(ChartDocument document, ApplicationChart application) => document.Object switch
    {
        Deployment deployment => new ComposeProgram(application, deployment.Metadata, deployment.Spec.Template.Spec),
        StatefulSet set => new ComposeProgram(application, set.Metadata, set.Spec.Template.Spec),
        Job { Metadata.Annotations: null } job => new ComposeProgram(application, job.Metadata, job.Spec.Template.Spec),
        _ => null,
    };

    public ComposeService Service(string[] networks)
    {
        var isTask = _pod.RestartPolicy is not null;
        var limits = _container.Resources.ByDefault.Limits;
        return new ComposeService
        {
            Image = Plain(_container.Image),
            Entrypoint = Texts(_container.Command),
            Command = Texts(_container.Args),
            // An image that knows no user of its own leaves a new volume to root, who needs no capability there.
            User = Resource is MinioResource ? "0:0" : $"{Plain(_pod.SecurityContext.RunAsUser)}:{Plain(_pod.SecurityContext.RunAsGroup)}",
            Environment = Environment(),
            DependsOn = Dependencies(),
            Ports = _application.Entry.Name == Component ? [.. _application.Entry.Ports.Select(p => $"127.0.0.1:{p.Number}:{p.Number}")] : null,
            Networks = networks,
            Secrets = Secrets.Any() ? [.. Secrets.Order(StringComparer.Ordinal).Select(s => new ComposeMount(s, $"{_application.Context.Credentials.Folder}/{s}"))] : null,
            Configs = Files.Any() ? [.. Files.Select(f => new ComposeMount(f.Id, f.Target))] : null,
            Volumes = DataVolume is null ? null : [$"{DataVolume}:{Mounts.First(m => m.Name == "data").MountPath}"],
            Tmpfs = [.. Scratch()],
            Healthcheck = isTask ? null : Health(),
            Restart = isTask ? "no" : "unless-stopped",
            StopGracePeriod = _pod.TerminationGracePeriodSeconds is { } grace ? $"{Plain(grace)}s" : null,
            Deploy = new ComposeDeploy(new ComposeResources(new ComposeLimits(limits.Cpu, limits.Memory.TrimEnd('i')))),
        };
    }

    private OrderedDictionary<string, string>? Environment()
    {
        var environment = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in _container.Env ?? [])
        {
            // What only a cluster knows of its pods has no counterpart.
            if (field.Condition?.ByDefault != false && field.Content is EnvVar { Value: { } value } variable && Plain(value) is var text && !text.Contains("$(", StringComparison.Ordinal))
                environment[variable.Name] = Escaped(text);
        }

        return environment.Count == 0 ? null : environment;
    }

    private OrderedDictionary<string, ComposeDependency>? Dependencies()
    {
        var dependencies = new OrderedDictionary<string, ComposeDependency>(StringComparer.Ordinal);
        foreach (var wait in Resource?.GetAnnotations<WaitAnnotation>() ?? [])
        {
            var component = _application.Graph.Servers.Find(wait.Resource)?.Name ?? wait.Resource.Name;
            var isTask = wait.WaitType == WaitType.WaitForCompletion;
            var name = _application.Context.Release.NameOf(isTask ? $"{component}-install" : component).ByDefault;
            dependencies[name] = new ComposeDependency(isTask ? "service_completed_successfully" : wait.WaitType == WaitType.WaitUntilHealthy ? "service_healthy" : "service_started");
        }

        return dependencies.Count == 0 ? null : dependencies;
    }

    private IEnumerable<string> Scratch() =>
        from volume in _pod.Volumes ?? []
        where volume.Content is Volume { EmptyDir: not null }
        let name = ((Volume)volume.Content!).Name
        from mount in Mounts.Where(m => m.Name == name)
        select $"{mount.MountPath}:mode=1777,size={Plain(((Volume)volume.Content!).EmptyDir!.SizeLimit!.Value).TrimEnd('i')}";

    private ComposeHealth? Health()
    {
        var probe = _container.ReadinessProbe;
        if (probe is null)
            return null;
        string[] test = probe switch
        {
            { Exec: { } exec } => ["CMD", .. exec.Command],
            { HttpGet: { } http } when Resource is ProjectResource => ["CMD", "dotnet", $"/app/{Assembly()}", "healthcheck", $"http://127.0.0.1:{PortOf(http.Port)}{http.Path}"],
            { HttpGet: { } http } => ["CMD", "curl", "-fsS", "-o", "/dev/null", $"http://127.0.0.1:{PortOf(http.Port)}{http.Path}"],
            _ => ["CMD", .. _container.LivenessProbe!.Exec!.Command],
        };
        return new ComposeHealth
        {
            Test = [.. test.Select(Escaped)],
            Interval = "10s",
            Timeout = "10s",
            Retries = 3,
            StartPeriod = "180s",
        };
    }

    private string Assembly() => Resource!.TryGetLastAnnotation<ProjectMetadataAnnotation>(out var project)
        ? $"{Path.GetFileNameWithoutExtension(project.Metadata.ProjectPath)}.dll"
        : throw new InvalidOperationException($"'{Component}' is no project.");

    private int PortOf(string name) => _container.Ports!.First(p => p.Name == name).Number;

    private static string[]? Texts(Field<string>[]? fields) => fields is null ? null : [.. fields.Select(f => Escaped(Plain(f)))];

    // Compose puts variables in the place of dollars.
    private static string Escaped(string text) => text.Replace("$", "$$", StringComparison.Ordinal);

    private static string Plain(IField field) => field.Content switch
    {
        Text text => text.ByDefault,
        ISetting setting => Convert.ToString(setting.Default, CultureInfo.InvariantCulture) ?? "",
        ChartFile file => file.Content,
        var literal => Convert.ToString(literal, CultureInfo.InvariantCulture) ?? "",
    };
}
