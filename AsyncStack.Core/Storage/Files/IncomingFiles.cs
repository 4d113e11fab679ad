using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

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

/// <summary>One file being written; disposing it without publishing removes it.</summary>
internal sealed class IncomingFile(string path) : IAsyncDisposable
{
    private const int BufferSize = 128 * 1024;
    private const int PublishAttempts = 100;

    private readonly SafeFileHandle _handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.Asynchronous);

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
            _handle.Dispose();
            Rename(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStorageException($"The object could not be stored as {target}: {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync()
    {
        _handle.Dispose();
        File.Delete(path);
        return ValueTask.CompletedTask;
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
        var folder = Path.GetDirectoryName(target)!;
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
