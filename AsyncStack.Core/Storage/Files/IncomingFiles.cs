namespace AsyncStack.Core.Storage.Files;

/// <summary>
/// The folder of files that are still being written, on the same file system as the objects they become. A writer holds a shared
/// lock on its file until it is published or removed; the system frees it with the process, so that a file nobody locks is one
/// whose writer has died.
/// </summary>
internal sealed class IncomingFiles
{
    private const int CreateAttempts = 10;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    // No writer pauses for a day; where there are no locks, as on NFS and SMB, a younger file may belong to another process.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    private readonly string _folder;
    private readonly TimeProvider _clock;
    private readonly bool _locks;
    private long _next;

    public IncomingFiles(string folder, TimeProvider clock)
    {
        (_folder, _clock) = (folder, clock);
        Directory.CreateDirectory(folder);
        _locks = WritersHoldLocks();
    }

    public IncomingFile Create()
    {
        for (var attempt = 1; ; attempt++)
        {
            // Between its making and its lock another process may find the file, and then has it locked or has removed it.
            try
            {
                var file = new IncomingFile(Path.Combine(_folder, Guid.CreateVersion7().ToString("N")));
                if (File.Exists(file.Path) || attempt == CreateAttempts)
                    return file;
                file.Remove();
            }
            catch (IOException) when (attempt < CreateAttempts)
            {
            }
        }
    }

    /// <summary>Removes what crashed writers left behind, at most once a minute; returns how many files.</summary>
    public int RemoveAbandoned()
    {
        var (now, next) = (_clock.GetUtcNow(), Volatile.Read(ref _next));
        if (now.Ticks < next || Interlocked.CompareExchange(ref _next, (now + LookEvery).Ticks, next) != next)
            return 0;
        return new DirectoryInfo(_folder).EnumerateFiles().Count(file => _locks ? TryRemoveUnlocked(file.FullName) : TryRemoveOld(file, now));
    }

    private bool WritersHoldLocks()
    {
        var probe = Create();
        try
        {
            return !TryRemoveUnlocked(probe.Path);
        }
        finally
        {
            probe.Remove();
        }
    }

    private static bool TryRemoveUnlocked(string path)
    {
        try
        {
            // Removed under the lock: a writer that has only just made the file does not get its own.
            using var only = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody writes it, has published it meanwhile, or does not let us have it.
            return false;
        }
    }

    private static bool TryRemoveOld(FileInfo file, DateTimeOffset now)
    {
        if (now.UtcDateTime - file.LastWriteTimeUtc <= AbandonedAfter)
            return false;
        file.Delete();
        return true;
    }
}
