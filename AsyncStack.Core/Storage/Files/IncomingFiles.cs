namespace AsyncStack.Core.Storage.Files;

/// <summary>The folder of files that are still being written, on the same file system as the objects they become.</summary>
internal sealed class IncomingFiles
{
    // No writer pauses for a day; several processes share the folder, so a younger file may belong to one of them.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    private readonly string _folder;

    public IncomingFiles(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    public IncomingFile Create() => new(Path.Combine(_folder, Guid.CreateVersion7().ToString("N")));

    /// <summary>Removes what crashed writers left behind; returns how many files.</summary>
    public int RemoveAbandoned(DateTimeOffset now)
    {
        var abandoned = new DirectoryInfo(_folder).EnumerateFiles().Where(f => now.UtcDateTime - f.LastWriteTimeUtc > AbandonedAfter).ToList();
        foreach (var file in abandoned)
            file.Delete();
        return abandoned.Count;
    }
}
