using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Graph;
using AsyncStack.Hosting.Publishing.Hints;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Services;

/// <summary>A program of the graph, with all it is told in a cluster.</summary>
internal sealed record PublishedService(IResource Resource)
{
    public string Name => Resource.Name;

    /// <summary>The last part of its project's name in lower case: the repository of its image.</summary>
    public required string ImageName { get; init; }

    public required IReadOnlyList<PublishedPort> Ports { get; init; }

    /// <summary>Variables that the graph gives it.</summary>
    public required IReadOnlyList<(string Name, Text Value)> Variables { get; init; }

    public required IReadOnlyList<Text> Arguments { get; init; }

    public required IReadOnlyList<PublishedSecret> Secrets { get; init; }

    /// <summary>Whom it connects to.</summary>
    public required IReadOnlyList<Edge> Edges { get; init; }

    /// <summary>Files of the AppHost that it reads, by their path in its container.</summary>
    public IReadOnlyList<(string Target, ChartFile File)> Files { get; init; } = [];

    public bool IsProject => Resource is ProjectResource;

    public bool IsMigrations => Resource.HasAnnotationOfType<MigrationsAnnotation>();

    /// <summary>It is the graph's door: people and systems outside connect to it.</summary>
    public bool IsEntry => Ports.Any(p => p.IsExternal);

    public bool ReachesInternet => Resource.HasAnnotationOfType<InternetAccessAnnotation>();

    /// <summary>Path and port that say whether it may get traffic.</summary>
    public (string Path, string Port)? Readiness => Probe(ProbeType.Readiness)
        ?? (Resource.TryGetLastAnnotation<HttpHealthCheckAnnotation>(out var health) ? (health.Path, health.EndpointName ?? FirstHttpPort) : null);

    /// <summary>Path and port that say whether it gets on.</summary>
    public (string Path, string Port)? Liveness => Probe(ProbeType.Liveness) ?? Readiness;

    /// <summary>The program that has to end before this one starts.</summary>
    public IResource? Migrations => Resource.GetAnnotations<WaitAnnotation>()
        .Where(w => w.WaitType == WaitType.WaitForCompletion && w.Resource.HasAnnotationOfType<MigrationsAnnotation>())
        .Select(w => w.Resource).FirstOrDefault();

    private string FirstHttpPort => Ports.First(p => p.IsHttp).Name;

    private (string Path, string Port)? Probe(ProbeType type) => Resource.GetAnnotations<EndpointProbeAnnotation>()
        .Where(p => p.Type == type).Select(p => ((string, string)?)(p.Path, p.EndpointReference.EndpointName)).LastOrDefault();
}
