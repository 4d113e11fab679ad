using Microsoft.Extensions.Logging;

namespace AsyncStack.Core.Storage.Files;

/// <summary>
/// Objects as plain files, <c>{folder}/{bucket}/{key}</c>. A put writes <c>{folder}/.incoming/{id}</c>, flushes it to the disk and renames it
/// over the key, so that readers see the old object or the new one and a power cut leaves no torn one. The folder's own entry is not
/// flushed: after a power cut (not a crash of the process) an object of the last seconds may be missing.
/// Limits: a key cannot be the folder of another (<c>a</c> beside <c>a/b</c>); names are as the file system compares them.
/// </summary>
public sealed class FileObjectStorage : IObjectStorage
{
    // Not a valid bucket name, so that no key leads here.
    private const string IncomingFolder = ".incoming";

    private readonly string _root;
    private readonly IncomingFiles _incoming;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    internal FileObjectStorage(FileConnection connection, StorageOptions options, TimeProvider clock, ILogger logger)
    {
        _root = Path.GetFullPath(connection.Path);
        (_clock, _logger) = (clock, logger);
        Urls = new FileUrlSigner(connection.SigningKey, options.PublicBaseUrl, clock);
        _incoming = new IncomingFiles(Path.Combine(_root, IncomingFolder), clock);
        RemoveAbandoned();
    }

    /// <summary>Signs and verifies the URLs that the Api serves for this driver.</summary>
    public FileUrlSigner Urls { get; }

    /// <inheritdoc/>
    public async Task<StoredObject> PutAsync(ObjectUri uri, Stream content, PutOptions? options = null, CancellationToken cancellationToken = default)
    {
        RequireBucket(uri.Bucket);
        await using var incoming = NewFile();
        var (size, sha256) = await incoming.WriteAsync(content, options?.ComputeSha256 ?? false, cancellationToken);
        // The time is set, not left to the file system, whose clock is too coarse to tell two quick writes of the same length apart.
        var modified = _clock.GetUtcNow();
        incoming.PublishAs(PathOf(uri), modified);
        return new StoredObject(size, ETagOf(modified, size), sha256);
    }

    /// <inheritdoc/>
    public async Task<IStagedObject> StageAsync(string bucket, Stream content, PutOptions? options = null, CancellationToken cancellationToken = default)
    {
        RequireBucket(bucket);
        var incoming = NewFile();
        try
        {
            var (size, sha256) = await incoming.WriteAsync(content, options?.ComputeSha256 ?? false, cancellationToken);
            return new StagedFile(incoming, size, sha256, PathOf, _clock);
        }
        catch
        {
            await incoming.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<ObjectContent> OpenAsync(ObjectUri uri, ByteRange? range = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var stream = OpenFile(uri);
        try
        {
            return Task.FromResult(Content(uri, stream, range));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<ObjectInfo?> HeadAsync(ObjectUri uri, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(FileListing.InfoOf(uri, new FileInfo(PathOf(uri))));
    }

    /// <inheritdoc/>
    public Task DeleteAsync(ObjectUri uri, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(uri);
        if (File.Exists(path))
            File.Delete(path);
        RemoveEmptyFolders(Path.GetDirectoryName(path)!, BucketPath(uri.Bucket));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string bucket, string prefix = "", CancellationToken cancellationToken = default)
    {
        RequireBucket(bucket);
        return new FileListing(bucket, BucketPath(bucket), prefix).Read(cancellationToken).ToAsyncEnumerable();
    }

    /// <inheritdoc/>
    public Task EnsureBucketAsync(string bucket, CancellationToken cancellationToken = default)
    {
        ObjectUri.ValidateBucket(bucket);
        Directory.CreateDirectory(BucketPath(bucket));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Uri CreateUploadUrl(ObjectUri uri, TimeSpan expiresIn) => Urls.Create("PUT", uri, expiresIn, fileName: null);

    /// <inheritdoc/>
    public Uri CreateDownloadUrl(ObjectUri uri, TimeSpan expiresIn, string? fileName = null) => Urls.Create("GET", uri, expiresIn, fileName);

    public override string ToString() => $"files in {_root}";

    internal static string ETagOf(DateTimeOffset modified, long size) => $"{modified.UtcTicks:x}-{size:x}";

    private static ObjectContent Content(ObjectUri uri, FileStream stream, ByteRange? range)
    {
        var size = stream.Length;
        var modified = new DateTimeOffset(File.GetLastWriteTimeUtc(stream.SafeFileHandle));
        var info = new ObjectInfo(uri, size, ETagOf(modified, size), modified);
        if (range is not { } wanted)
            return new ObjectContent(info, stream, size);
        if (wanted.Offset < 0 || wanted.Offset >= size || wanted.Length <= 0)
            throw new ObjectRangeException(uri, wanted);
        var length = Math.Min(wanted.Length ?? long.MaxValue, size - wanted.Offset);
        stream.Seek(wanted.Offset, SeekOrigin.Begin);
        return new ObjectContent(info, new BoundedReadStream(stream, length), length);
    }

    private IncomingFile NewFile()
    {
        RemoveAbandoned();
        return _incoming.Create();
    }

    private void RemoveAbandoned()
    {
        if (_incoming.RemoveAbandoned() is > 0 and var removed)
            StorageLog.AbandonedUploadsRemoved(_logger, removed);
    }

    private FileStream OpenFile(ObjectUri uri)
    {
        try
        {
            return new FileStream(PathOf(uri), new FileStreamOptions
            {
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException || Directory.Exists(PathOf(uri)))
        {
            throw new ObjectNotFoundException(uri, e);
        }
    }

    // A put that makes its folder while this removes it makes it once more.
    private static void RemoveEmptyFolders(string folder, string bucketPath)
    {
        try
        {
            for (; folder.Length > bucketPath.Length; folder = Path.GetDirectoryName(folder)!)
                Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Not empty, or gone: nothing left to do.
        }
    }

    private void RequireBucket(string bucket)
    {
        ObjectUri.ValidateBucket(bucket);
        if (!Directory.Exists(BucketPath(bucket)))
            throw new BucketNotFoundException(bucket);
    }

    private string BucketPath(string bucket) => Path.Combine(_root, bucket);

    // ObjectUri admits no key that leads out of the bucket's folder.
    private string PathOf(ObjectUri uri) => Path.Join(_root, uri.Bucket, uri.Key);
}
