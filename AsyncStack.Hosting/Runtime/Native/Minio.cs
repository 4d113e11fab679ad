using AsyncStack.Hosting.Runtime.Probes;
using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>The <c>minio</c> program of this machine, on loopback.</summary>
internal sealed class Minio : IServerRuntime
{
    private const string InstallCommand = "(put a 'minio' program on the PATH, or leave ASYNCSTACK_STORAGE unset)";

    public async Task<IRunningResource> StartAsync(ResourceStart start, CancellationToken cancellationToken)
    {
        var program = Programs.Require("minio", InstallCommand);
        var account = Account.ForServer("minio-user");
        var folder = await ServerFolder.PrepareAsync(start, account, cancellationToken);
        var console = start.Ports.TryGetValue("console", out var port) ? port : FreePort.Take(1)[0];
        string[] arguments =
        [
            "server", Path.Combine(folder, "objects"), "--address", $"127.0.0.1:{S3Port.Of(start)}",
            "--console-address", $"127.0.0.1:{console}", .. start.Arguments,
        ];
        var command = new ServerCommand(program, arguments)
        {
            Environment = new Dictionary<string, string>
            {
                ["MINIO_ROOT_USER"] = start.UserName ?? "minioadmin",
                ["MINIO_ROOT_PASSWORD"] = start.Password ?? "minioadmin",
            },
        };
        return await NativeServer.StartAsync(start, command, folder, account, cancellationToken);
    }

    public Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken) =>
        HttpProbe.ReadyAsync(S3Port.Of(start), "/minio/health/ready", cancellationToken);
}

/// <summary>Which endpoint speaks S3.</summary>
internal static class S3Port
{
    /// <summary>The one named <c>http</c>, <c>s3</c> or <c>tcp</c>.</summary>
    public static int Of(ResourceStart start)
    {
        foreach (var name in (ReadOnlySpan<string>)["http", "s3", "tcp"])
        {
            if (start.Ports.TryGetValue(name, out var port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"Storage '{start.Name}' has no endpoint named http.");
    }
}
