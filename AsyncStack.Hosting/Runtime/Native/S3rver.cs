using AsyncStack.Hosting.Runtime.Probes;
using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>s3rver from npm, at the version its lock file pins: S3 for development on machines that have no other.</summary>
internal sealed class S3rver : IServerRuntime
{
    private const string InstallCommand = "apt-get install -y nodejs npm";

    public async Task<IRunningResource> StartAsync(ResourceStart start, CancellationToken cancellationToken)
    {
        var node = Programs.Require("node", InstallCommand);
        var account = Account.ForServer();
        var program = await S3rverPackage.InstallAsync(Programs.Require("npm", InstallCommand), cancellationToken);
        var folder = await ServerFolder.PrepareAsync(start, account, cancellationToken);
        var objects = Directory.CreateDirectory(Path.Combine(folder, "objects")).FullName;
        await ServerFolder.GiveAsync(account, cancellationToken, objects);
        // It signs the tokens of truncated lists with a cipher that OpenSSL 3 keeps among the legacy ones.
        var command = new ServerCommand(node, ["--openssl-legacy-provider", program])
        {
            Environment = new Dictionary<string, string>
            {
                ["S3_PORT"] = S3Port.Of(start).ToString(),
                ["S3_FOLDER"] = objects,
                ["S3_ACCESS_KEY"] = start.UserName ?? "minioadmin",
                ["S3_SECRET_KEY"] = start.Password ?? "minioadmin",
            },
        };
        return await NativeServer.StartAsync(start, command, folder, account, cancellationToken);
    }

    public Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken) =>
        HttpProbe.ReadyAsync(S3Port.Of(start), "/", cancellationToken);
}
