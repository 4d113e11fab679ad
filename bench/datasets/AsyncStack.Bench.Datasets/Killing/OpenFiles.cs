namespace AsyncStack.Bench.Datasets.Killing;

/// <summary>The files that other processes hold open, named or not, from /proc.</summary>
internal static class OpenFiles
{
    // What /proc puts after the name of a file that has none any more.
    private const string Unlinked = " (deleted)";

    /// <summary>Those below a folder: the process, the name, and the size.</summary>
    public static IEnumerable<(int ProcessId, string Name, long Bytes)> Below(string folder) =>
        from process in Directory.EnumerateDirectories("/proc")
        let id = int.TryParse(Path.GetFileName(process), out var number) ? number : 0
        where id > 0
        from link in Links(process)
        let target = new FileInfo(link).LinkTarget
        where target is not null && target.StartsWith(folder + "/", StringComparison.Ordinal)
        select (id, target.EndsWith(Unlinked, StringComparison.Ordinal) ? target[..^Unlinked.Length] : target, Size(link));

    private static string[] Links(string process)
    {
        try
        {
            return Directory.GetFiles(process + "/fd");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is not ours.
            return [];
        }
    }

    private static long Size(string link)
    {
        try
        {
            using var file = File.OpenHandle(link, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.GetLength(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
