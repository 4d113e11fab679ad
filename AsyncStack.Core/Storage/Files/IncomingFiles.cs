using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

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

/// <summary>One file being written; disposing it without publishing removes it.</summary>
internal sealed class IncomingFile(string path) : IAsyncDisposable
{
    private const int BufferSize = 128 * 1024;
    private const int PublishAttempts = 100;

    private readonly SafeFileHandle _handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous);

    public string Path => path;

    public async Task<(long Size, string? Sha256)> WriteAsync(Stream content, bool computeSha256, CancellationToken cancellationToken)
    {
        using var hash = computeSha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long size = 0;
            for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0; size += read)
            {
                hash?.AppendData(buffer, 0, read);
                await WriteBlockAsync(buffer.AsMemory(0, read), size, cancellationToken);
            }

            return (size, hash is null ? null : Convert.ToHexStringLower(hash.GetCurrentHash()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void PublishAs(string target, DateTimeOffset modified)
    {
        try
        {
            RandomAccess.FlushToDisk(_handle);
            File.SetLastWriteTimeUtc(_handle, modified.UtcDateTime);
            // Before the lock goes with the handle: unlocked under its old name it would look abandoned.
            Rename(target);
            _handle.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStorageException($"The object could not be stored as {target}: {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync()
    {
        Remove();
        return ValueTask.CompletedTask;
    }

    public void Remove()
    {
        _handle.Dispose();
        File.Delete(path);
    }

    private async Task WriteBlockAsync(ReadOnlyMemory<byte> block, long offset, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(_handle, block, offset, cancellationToken);
        }
        catch (IOException e)
        {
            throw new ObjectStorageException($"The object could not be written: {e.Message}", e);
        }
    }

    // A delete, perhaps in another process, removes folders that it empties: the one just made, or one while it is being made,
    // which fails as "already exists" although nothing does.
    private void Rename(string target)
    {
        var folder = System.IO.Path.GetDirectoryName(target)!;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Directory.CreateDirectory(folder);
                File.Move(path, target, overwrite: true);
                return;
            }
            catch (IOException e) when (attempt < PublishAttempts && (e is DirectoryNotFoundException or FileNotFoundException || !File.Exists(folder)))
            {
            }
        }
    }
}
