namespace AsyncStack.Core.Storage;

/// <summary>
/// Objects addressed as <c>s3://bucket/key</c>, in a folder or on an S3 server, as <c>ConnectionStrings:storage</c> says.
/// Every driver passes one conformance suite: an object appears whole or not at all, and the last whole write wins.
/// </summary>
public interface IObjectStorage
{
    /// <summary>
    /// Stores everything <paramref name="content"/> yields, of whatever length, in bounded memory.
    /// A put that fails or is canceled leaves what was there before.
    /// </summary>
    /// <exception cref="BucketNotFoundException">The bucket does not exist.</exception>
    /// <exception cref="ObjectStorageException">The store is unreachable or refuses.</exception>
    Task<StoredObject> PutAsync(ObjectUri uri, Stream content, PutOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes everything <paramref name="content"/> yields, in bounded memory, and keeps it from sight until it is published under an
    /// address, which need not be known before.
    /// </summary>
    /// <exception cref="BucketNotFoundException">The bucket does not exist.</exception>
    /// <exception cref="ObjectStorageException">The store is unreachable or refuses.</exception>
    Task<IStagedObject> StageAsync(string bucket, Stream content, PutOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Opens an object, or a range of its bytes; the caller disposes what it gets. A writer in the meantime does not disturb the reader.</summary>
    /// <exception cref="ObjectNotFoundException">There is no such object.</exception>
    /// <exception cref="ObjectRangeException">The range begins at or after the object's end.</exception>
    Task<ObjectContent> OpenAsync(ObjectUri uri, ByteRange? range = null, CancellationToken cancellationToken = default);

    /// <summary>What is known about an object without reading it; null when there is none.</summary>
    Task<ObjectInfo?> HeadAsync(ObjectUri uri, CancellationToken cancellationToken = default);

    /// <summary>Removes an object; removing what is not there is no error.</summary>
    Task DeleteAsync(ObjectUri uri, CancellationToken cancellationToken = default);

    /// <summary>The objects whose key begins with <paramref name="prefix"/>, in ordinal order of key, fetched page by page while they are read.</summary>
    /// <exception cref="BucketNotFoundException">The bucket does not exist.</exception>
    IAsyncEnumerable<ObjectInfo> ListAsync(string bucket, string prefix = "", CancellationToken cancellationToken = default);

    /// <summary>Creates the bucket unless it is there.</summary>
    Task EnsureBucketAsync(string bucket, CancellationToken cancellationToken = default);

    /// <summary>A URL that takes one object by <c>PUT</c> until it expires. Relative when the file driver has no <c>Storage:PublicBaseUrl</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not between one second and seven days.</exception>
    Uri CreateUploadUrl(ObjectUri uri, TimeSpan expiresIn);

    /// <summary>A URL that gives the object by <c>GET</c>, as an attachment named <paramref name="fileName"/> (the key's last part by default).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not between one second and seven days.</exception>
    Uri CreateDownloadUrl(ObjectUri uri, TimeSpan expiresIn, string? fileName = null);
}
