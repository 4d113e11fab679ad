using AsyncStack.Hosting.Runtime.Probes;
using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>
/// nginx from the machine's own packages, in a private prefix. As in the official image, templates mounted below
/// /etc/nginx/templates become files of /etc/nginx/conf.d with <c>${NAME}</c> replaced by the environment.
/// </summary>
internal sealed class Nginx : IServerRuntime
{
    private const string InstallCommand = "apt-get install -y nginx-light";

    public async Task<IRunningResource> StartAsync(ResourceStart start, CancellationToken cancellationToken)
    {
        var program = Programs.Require("nginx", InstallCommand);
        var account = Account.ForServer("www-data", "nginx");
        var folder = await ServerFolder.PrepareAsync(start, account, cancellationToken);
        var configuration = await NginxPrefix.WriteAsync(start, folder, cancellationToken);
        await ServerFolder.GiveAsync(account, cancellationToken, folder);
        string[] arguments = ["-p", folder, "-c", configuration, "-e", "stderr", .. start.Arguments];
        var command = new ServerCommand(program, arguments) { StopSignal = "QUIT" };
        return await NativeServer.StartAsync(start, command, folder, account, cancellationToken);
    }

    public Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken) =>
        PortProbe.ReadyAsync(start.Ports.Values, cancellationToken);
}
