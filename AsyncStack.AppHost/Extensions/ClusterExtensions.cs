using System.Reflection;

namespace AsyncStack.AppHost;

/// <summary>What a cluster needs to know of the graph.</summary>
internal static class ClusterExtensions
{
    // The services' images carry the same.
    private static string Version =>
        typeof(ClusterExtensions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The cluster that the graph is published to, with the rules and the dashboard of its monitoring.</summary>
    public static void AddCluster(this IDistributedApplicationBuilder builder) =>
        builder.AddKubernetesEnvironment("k8s")
            .WithProperties(k8s =>
            {
                k8s.HelmChartName = "asyncstack";
                k8s.HelmChartVersion = Version;
                k8s.HelmChartDescription = "Takes work over HTTP and gRPC, runs it and calls back";
            })
            .PublishWithMonitoring("Observability/rules.yaml", "Observability/dashboard.json");

    /// <summary>Healthy when <c>/health</c> says so; to be restarted when <c>/alive</c> does not see it get on.</summary>
    public static IResourceBuilder<ProjectResource> WithServiceHealth(this IResourceBuilder<ProjectResource> project) =>
        project.WithHttpHealthCheck("/health", endpointName: "http").WithHttpProbe(ProbeType.Liveness, "/alive", endpointName: "http");
}
