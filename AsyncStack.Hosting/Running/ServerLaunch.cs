using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Runtime;
using AsyncStack.Hosting.State;

namespace AsyncStack.Hosting.Running;

/// <summary>Starts a server: in a container, or by the native recipe of its image.</summary>
internal sealed class ServerLaunch(
    ContainerResource resource, ServerRuntimeChoice choice, ResourceValues values, HealthProbes probes, GraphState state, StartedEnvironments environments) : ILaunch
{
    public async Task<LaunchedReplica> StartAsync(int replica, Action<string, bool> log, CancellationToken cancellationToken)
    {
        var environment = await values.EnvironmentAsync(resource, replica, new Dictionary<string, object>(StringComparer.Ordinal), cancellationToken);
        environments.Set(resource.Name, replica, environment);
        var arguments = await ResourceValues.ArgumentsAsync(resource, replica, cancellationToken);
        var (userName, password) = await CredentialsAsync(cancellationToken);
        var start = new ResourceStart(
            resource.Name, state.Data.For(resource.Name), Ports(), environment, arguments, userName, password, Container(resource, state), log);
        var running = await choice.Runtime.StartAsync(start, cancellationToken);
        var own = probes.For(resource, replica);
        return new LaunchedReplica(running, async token => await choice.Runtime.ProbeAsync(start, token) ?? (own is null ? null : await own(token)));
    }

    /// <summary>
    /// A container that is told its port by a variable can listen on any, so it shares the host's network, where it also reaches
    /// the services, which listen on loopback only. Docker's host network is Linux's alone.
    /// </summary>
    public static bool SharesHostNetwork(ContainerResource resource)
        => OperatingSystem.IsLinux() && resource.GetAnnotations<EndpointAnnotation>().Any(e => e.TargetPortEnvironmentVariable is not null);

    private static ContainerSpec Container(ContainerResource resource, GraphState state)
    {
        resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image);
        resource.TryGetLastAnnotation<ContainerLifetimeAnnotation>(out var lifetime);
        return new ContainerSpec(
            image!.FullName,
            image.Tag ?? "latest",
            resource.Entrypoint,
            [.. resource.GetAnnotations<ContainerMountAnnotation>().Where(m => m.Source is not null).Select(m => Mount(m, state))],
            resource.GetAnnotations<EndpointAnnotation>().Where(e => e.TargetPort is not null).ToDictionary(e => e.Name, e => e.TargetPort!.Value, StringComparer.Ordinal),
            SharesHostNetwork(resource),
            lifetime?.Lifetime == ContainerLifetime.Persistent && !state.IsThrowAway)
        {
            ThrowAway = state.IsThrowAway,
        };
    }

    // A volume that the graph names is everybody's; a thrown-away graph takes one of its own in its place.
    private static ContainerMount Mount(ContainerMountAnnotation mount, GraphState state)
    {
        var isVolume = mount.Type == ContainerMountType.Volume;
        var isForeign = isVolume && state.IsThrowAway && !mount.Source!.StartsWith(state.Id, StringComparison.Ordinal);
        return new ContainerMount(isForeign ? $"{state.Id}-{mount.Source}" : mount.Source!, mount.Target, mount.IsReadOnly, isVolume);
    }

    private Dictionary<string, int> Ports()
        => resource.GetAnnotations<EndpointAnnotation>().ToDictionary(e => e.Name, e => e.AllocatedEndpoint!.Port, StringComparer.Ordinal);

    private async Task<(string? UserName, string? Password)> CredentialsAsync(CancellationToken cancellationToken) => resource switch
    {
        PostgresServerResource server => (await server.UserName.GetValueAsync(cancellationToken), await server.PasswordParameter.GetValueAsync(cancellationToken)),
        RabbitMQServerResource server => (await server.UserName.GetValueAsync(cancellationToken), await server.PasswordParameter.GetValueAsync(cancellationToken)),
        RedisResource server => (null, await server.PasswordParameter.GetValueAsync(cancellationToken)),
        MinioResource server => (await server.AccessKey.GetValueAsync(cancellationToken), await server.SecretKey.GetValueAsync(cancellationToken)),
        _ => (null, null),
    };
}
