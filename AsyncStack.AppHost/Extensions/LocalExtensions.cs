using System.Globalization;

namespace AsyncStack.AppHost;

/// <summary>What a run on one machine may set without changing the graph.</summary>
internal static class LocalExtensions
{
    /// <summary>
    /// As many replicas as the configuration's <c>Replicas:{resource}</c> says, for example <c>--Replicas:api=3</c>; one unless stated.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithConfiguredReplicas(this IResourceBuilder<ProjectResource> project)
    {
        var replicas = project.ApplicationBuilder.Configuration[$"Replicas:{project.Resource.Name}"];
        return replicas is null ? project : project.WithReplicas(int.Parse(replicas, CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// Lets callbacks, or with <c>Egress</c> the requests of <c>http</c> steps, go to this machine, where the receiver of a local run is; a published graph
    /// keeps them out.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithLoopbackTargets(this IResourceBuilder<ProjectResource> service, string section = "Notifier") =>
        service.ApplicationBuilder.ExecutionContext.IsRunMode
            ? service.WithEnvironment($"{section}__AllowedNetworks__0", "127.0.0.0/8").WithEnvironment($"{section}__AllowedNetworks__1", "::1/128")
            : service;
}
