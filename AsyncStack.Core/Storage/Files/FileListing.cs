namespace AsyncStack.Core.Storage.Files;

/// <summary>Walks a bucket's folder in the order of the keys, one folder's names in memory at a time on each level.</summary>
internal sealed class FileListing(string bucket, string bucketPath, string prefix)
{
    public static ObjectInfo? InfoOf(ObjectUri uri, FileInfo file)
    {
        if (!file.Exists)
            return null;
        var modified = new DateTimeOffset(file.LastWriteTimeUtc);
        return new ObjectInfo(uri, file.Length, FileObjectStorage.ETagOf(modified, file.Length), modified);
    }

    public IEnumerable<ObjectInfo> Read(CancellationToken cancellationToken)
    {
        var folder = prefix[..(prefix.LastIndexOf('/') + 1)];
        // A prefix that no valid key can have ("../", "//") matches nothing, and must not be followed.
        if (folder.Length > 0 && !ObjectUri.TryCreate(bucket, folder.TrimEnd('/'), out _))
            return [];
        return Walk(new DirectoryInfo(Path.Join(bucketPath, folder)), folder, cancellationToken);
    }

    private IEnumerable<ObjectInfo> Walk(DirectoryInfo folder, string keyBase, CancellationToken cancellationToken)
    {
        foreach (var (key, entry) in Entries(folder, keyBase))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry is DirectoryInfo subfolder)
            {
                foreach (var info in Walk(subfolder, key, cancellationToken))
                    yield return info;
            }
            else if (ObjectUri.TryCreate(bucket, key, out var uri) && InfoOf(uri, (FileInfo)entry) is { } info)
            {
                yield return info;
            }
        }
    }

    private List<(string Key, FileSystemInfo Entry)> Entries(DirectoryInfo folder, string keyBase)
    {
        try
        {
            return folder.EnumerateFileSystemInfos()
                .Select(e => (Key: $"{keyBase}{e.Name}{(e is DirectoryInfo ? "/" : "")}", Entry: e))
                .Where(e => e.Key.StartsWith(prefix, StringComparison.Ordinal))
                .OrderBy(e => e.Key, StringComparer.Ordinal)
                .ToList();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
