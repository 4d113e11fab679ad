using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace AsyncStack.Core.Storage.Files;

/// <summary>
/// One file being written; disposing it without publishing removes it. Two blocks take turns: while one is received, the other is
/// hashed and written, and the disk takes what is written meanwhile, so that the flush before the publishing is short.
/// Memory is the two blocks, 1 MiB; dirty pages are bounded by what is written while the disk takes the last <see cref="FlushEvery"/>.
/// </summary>
internal sealed class IncomingFile(string path) : IAsyncDisposable
{
    internal const int BlockSize = 512 * 1024;
    internal const int FlushEvery = 32 << 20;
    private const int PublishAttempts = 100;

    private readonly SafeFileHandle _handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous);
    private Task _flushing = Task.CompletedTask;
    private long _flushedTo;

    public string Path => path;

    public async Task<(long Size, string? Sha256)> WriteAsync(Stream content, bool computeSha256, CancellationToken cancellationToken)
    {
        using var hash = computeSha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        var blocks = new byte[]?[2];
        var storing = Task.CompletedTask;
        try
        {
            for (long size = 0, turn = 0; ; turn ^= 1)
            {
                var block = blocks[turn] ??= ArrayPool<byte>.Shared.Rent(BlockSize);
                var read = await content.ReadAtLeastAsync(block.AsMemory(0, BlockSize), BlockSize, throwOnEndOfStream: false, cancellationToken);
                await storing;
                if (read == 0)
                {
                    // An error of the disk is told once, to the flush that meets it.
                    await _flushing;
                    return (size, hash is null ? null : Convert.ToHexStringLower(hash.GetCurrentHash()));
                }

                storing = StoreAsync(block.AsMemory(0, read), size, hash, cancellationToken);
                size += read;
            }
        }
        finally
        {
            // The blocks, the hash and the file are in use until these are through.
            await Task.WhenAll(storing, _flushing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var block in blocks.OfType<byte[]>())
                ArrayPool<byte>.Shared.Return(block);
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

    private static ObjectStorageException NotWritten(IOException e) => new($"The object could not be written: {e.Message}", e);

    private async Task StoreAsync(ReadOnlyMemory<byte> block, long offset, IncrementalHash? hash, CancellationToken cancellationToken)
    {
        var hashing = hash is null ? Task.CompletedTask : Task.Run(() => hash.AppendData(block.Span), CancellationToken.None);
        try
        {
            await RandomAccess.WriteAsync(_handle, block, offset, cancellationToken);
            await FlushBehindAsync(offset + block.Length);
        }
        catch (IOException e) when (e is not ObjectStorageException)
        {
            throw NotWritten(e);
        }
        finally
        {
            await hashing;
        }
    }

    // One flush at a time; a disk slower than the sender gets the more at once.
    private async Task FlushBehindAsync(long written)
    {
        if (written - _flushedTo < FlushEvery || !_flushing.IsCompleted)
            return;
        await _flushing;
        _flushedTo = written;
        _flushing = Task.Run(Flush, CancellationToken.None);
    }

    private void Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(_handle);
        }
        catch (IOException e)
        {
            throw NotWritten(e);
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
