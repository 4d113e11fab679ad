using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting;

/// <summary>The cluster that a graph is published to.</summary>
public sealed class KubernetesEnvironmentResource(string name) : Resource(name)
{
    /// <summary>Name of the chart, and of all it makes; lower-case letters, digits and hyphens. The environment's name unless stated.</summary>
    public string HelmChartName { get; set; } = name;

    /// <summary>Version of the chart (SemVer 2).</summary>
    public string HelmChartVersion { get; set; } = "0.1.0";

    /// <summary>What the chart installs, in a sentence.</summary>
    public string HelmChartDescription { get; set; } = "An application";
}

/// <summary>Describes the cluster that a graph is published to, under Aspire's names.</summary>
public static class KubernetesEnvironmentExtensions
{
    /// <summary>Publishes the graph as a Helm chart. A run does not see the environment.</summary>
    public static IResourceBuilder<KubernetesEnvironmentResource> AddKubernetesEnvironment(this IDistributedApplicationBuilder builder, string name)
    {
        var environment = new KubernetesEnvironmentResource(name);
        return builder.ExecutionContext.IsPublishMode ? builder.AddResource(environment) : builder.CreateResourceBuilder(environment);
    }

    /// <summary>Changes the environment.</summary>
    public static IResourceBuilder<KubernetesEnvironmentResource> WithProperties(
        this IResourceBuilder<KubernetesEnvironmentResource> builder, Action<KubernetesEnvironmentResource> configure)
    {
        configure(builder.Resource);
        return builder;
    }
}
