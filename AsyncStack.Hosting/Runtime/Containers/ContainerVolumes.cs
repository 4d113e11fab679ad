using System.Collections.Concurrent;

namespace AsyncStack.Hosting.Runtime.Containers;

/// <summary>Volumes that were made for graphs that are thrown away, to be removed with them.</summary>
internal sealed class ContainerVolumes(ContainerEngine engine) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, bool> _thrownAway = new(StringComparer.Ordinal);

    /// <summary>Creates the volumes that the resource mounts, where they are missing.</summary>
    public async Task CreateAsync(ResourceStart start, CancellationToken cancellationToken)
    {
        string[] owner = start.Container.ThrowAway ? ["--label", $"{ContainerOwner.Label}={ContainerOwner.Current}"] : [];
        foreach (var mount in start.Container.Mounts.Where(mount => mount.IsVolume))
        {
            var result = await engine.RunAsync(["volume", "create", .. owner, mount.Source], cancellationToken);
            result.EnsureSuccess($"Creating the volume '{mount.Source}'");
            if (start.Container.ThrowAway)
            {
                _thrownAway[mount.Source] = true;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var volume in _thrownAway.Keys)
        {
            await engine.RunAsync(["volume", "rm", "--force", volume], CancellationToken.None);
        }
    }
}
