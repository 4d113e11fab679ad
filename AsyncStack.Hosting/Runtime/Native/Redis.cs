using AsyncStack.Hosting.Runtime.Probes;
using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>Redis or Valkey from the machine's own packages, on loopback only; durable where the graph gives it a data volume.</summary>
internal sealed class Redis : IServerRuntime
{
    private const string InstallCommand = "apt-get install -y redis-server";

    public async Task<IRunningResource> StartAsync(ResourceStart start, CancellationToken cancellationToken)
    {
        var program = Programs.Find("redis-server") ?? Programs.Require("valkey-server", InstallCommand);
        var account = Account.ForServer("redis", "valkey");
        var folder = await ServerFolder.PrepareAsync(start, account, cancellationToken);
        var configuration = Path.Combine(folder, "redis.conf");
        await ServerFolder.WritePrivateAsync(configuration, RedisConfiguration.Write(start, start.Ports["tcp"], "127.0.0.1", folder), account, cancellationToken);
        var command = new ServerCommand(program, [configuration, .. start.Arguments]);
        return await NativeServer.StartAsync(start, command, folder, account, cancellationToken);
    }

    public Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken) =>
        RedisProbe.ReadyAsync(start.Ports["tcp"], start.Password, cancellationToken);
}
