using AsyncStack.Hosting.Runtime.Native;

namespace AsyncStack.Hosting.Runtime.Containers;

/// <summary>Files that a container is started with, in a folder that only this user may enter.</summary>
/// <param name="Environment">The file for <c>--env-file</c>.</param>
/// <param name="Multiline">Variables that such a file cannot hold; they go through the client's environment.</param>
/// <param name="Mounts">The recipe's files.</param>
internal sealed record ContainerFiles(
    string Environment, IReadOnlyDictionary<string, string> Multiline, IReadOnlyList<ContainerMount> Mounts)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // The account inside the container is another one; the folder keeps this machine's other users out.
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Names of the variables that go through the client's environment.</summary>
    public IEnumerable<string> MultilineNames => Multiline.Keys;

    /// <summary>Writes them anew.</summary>
    public static async Task<ContainerFiles> WriteAsync(ResourceStart start, ContainerRecipe recipe, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(start.DataDirectory, "container"), Private).FullName;
        var variables = new Dictionary<string, string>(recipe.Environment(start), StringComparer.Ordinal);
        foreach (var (name, value) in start.Environment)
        {
            variables[name] = value;
        }

        var multiline = variables.Where(variable => variable.Value.Contains('\n', StringComparison.Ordinal)).ToDictionary();
        var lines = variables.Where(variable => !multiline.ContainsKey(variable.Key)).Select(variable => $"{variable.Key}={variable.Value}\n");
        var environment = Path.Combine(folder, "environment");
        await ServerFolder.WritePrivateAsync(environment, string.Concat(lines), account: null, cancellationToken);

        var mounts = new List<ContainerMount>();
        foreach (var (target, content) in recipe.Files(start))
        {
            var file = Path.Combine(folder, Path.GetFileName(target));
            await File.WriteAllTextAsync(file, content, cancellationToken);
            File.SetUnixFileMode(file, Readable);
            mounts.Add(new ContainerMount(file, target, IsReadOnly: true, IsVolume: false));
        }

        return new ContainerFiles(environment, multiline, mounts);
    }
}
