using AsyncStack.Hosting.Runtime.Containers;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>Chooses how servers run on this machine.</summary>
internal sealed class ServerRuntimes : IServerRuntimes, IAsyncDisposable
{
    /// <summary>Environment variable: <c>native</c> or <c>container</c> forces one.</summary>
    public const string Variable = "ASYNCSTACK_RUNTIME";

    // Asked once: the graph must not mix containers and native servers because an engine came up halfway.
    private readonly Lazy<Task<ContainerHost?>> _host = new(FindHostAsync);

    public async Task<ServerRuntimeChoice?> FindAsync(string image, CancellationToken cancellationToken)
    {
        var forced = Environment.GetEnvironmentVariable(Variable);
        if (forced is not (null or "" or "native" or "container"))
        {
            throw new InvalidOperationException($"{Variable} is '{forced}': set it to 'native' or 'container', or unset it.");
        }

        if (forced != "native" && await _host.Value.WaitAsync(cancellationToken) is { } host)
        {
            return new ServerRuntimeChoice(new ContainerRuntime(host.Engine, host.Volumes, ContainerRecipe.For(image)), IsContainer: true);
        }

        if (forced == "container")
        {
            throw new InvalidOperationException(
                $"{Variable} is 'container', but neither docker nor podman answers. Start one, or set {Variable} to 'native'.");
        }

        return Native(image) is { } runtime ? new ServerRuntimeChoice(runtime, IsContainer: false) : null;
    }

    /// <summary>Removes the volumes of graphs that are thrown away; their containers have ended by now.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_host.IsValueCreated && await _host.Value is { } host)
        {
            await host.Volumes.DisposeAsync();
        }
    }

    private static async Task<ContainerHost?> FindHostAsync()
    {
        if (await ContainerEngine.DetectAsync(CancellationToken.None) is not { } engine)
        {
            return null;
        }

        await ContainerLeftovers.RemoveAsync(engine, CancellationToken.None);
        return new ContainerHost(engine, new ContainerVolumes(engine));
    }

    // The image's last segment names the recipe, whichever registry it comes from.
    private static IServerRuntime? Native(string image) =>
        image[(image.LastIndexOf('/') + 1)..] switch
        {
            "postgres" => new Postgres(),
            "redis" or "valkey" => new Redis(),
            "rabbitmq" => new RabbitMq(),
            "nginx" => new Nginx(),
            "minio" => NativeStorage.Choose(),
            _ => null,
        };

    private sealed record ContainerHost(ContainerEngine Engine, ContainerVolumes Volumes);
}
