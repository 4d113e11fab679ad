namespace AsyncStack.Hosting.Publishing;

/// <summary>The folder that is published to.</summary>
internal static class OutputFolder
{
    // Names what was written, so that the next time what is no longer is removed, and nothing else.
    private const string Manifest = ".published";

    public static async Task WriteAsync(string folder, IReadOnlyDictionary<string, string> files, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var manifest = Path.Combine(folder, Manifest);
        if (File.Exists(manifest))
        {
            foreach (var gone in (await File.ReadAllLinesAsync(manifest, cancellationToken)).Where(line => line.Length > 0 && !files.ContainsKey(line)))
                Remove(folder, gone);
        }
        else if (Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new DistributedApplicationException($"'{folder}' holds files that were not published; name an empty folder, or one that was published to before.");
        }

        foreach (var (name, content) in files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, content, cancellationToken);
            if (name.EndsWith(".sh", StringComparison.Ordinal))
                File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        await File.WriteAllTextAsync(manifest, string.Join('\n', files.Keys.Order(StringComparer.Ordinal)) + "\n", cancellationToken);
    }

    private static void Remove(string folder, string name)
    {
        var path = Path.GetFullPath(Path.Combine(folder, name));
        if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            return;
        File.Delete(path);
        for (var parent = Path.GetDirectoryName(path)!; parent != folder && Directory.Exists(parent) && !Directory.EnumerateFileSystemEntries(parent).Any(); parent = Path.GetDirectoryName(parent)!)
            Directory.Delete(parent);
    }
}
