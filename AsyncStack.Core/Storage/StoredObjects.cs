namespace AsyncStack.Core.Storage;

/// <summary>How to put an object.</summary>
/// <param name="ComputeSha256">Also hash the bytes on their way through; off by default.</param>
public sealed record PutOptions(bool ComputeSha256 = false);

/// <summary>What a put stored.</summary>
/// <param name="Size">Bytes taken from the stream.</param>
/// <param name="ETag">Identifies this content of the key; opaque, without quotes.</param>
/// <param name="Sha256">Lower-case hexadecimal, when asked for.</param>
public sealed record StoredObject(long Size, string ETag, string? Sha256);

/// <summary>An object as listed or looked up.</summary>
/// <param name="Uri">Where it is.</param>
/// <param name="Size">Its whole length in bytes.</param>
/// <param name="ETag">Identifies this content of the key; opaque, without quotes.</param>
/// <param name="LastModified">When it was last put.</param>
public sealed record ObjectInfo(ObjectUri Uri, long Size, string ETag, DateTimeOffset LastModified)
{
    /// <summary>The media type that the key's extension stands for.</summary>
    public string ContentType => ContentTypes.Of(Uri);
}

/// <summary>A range of bytes.</summary>
/// <param name="Offset">First byte, from zero.</param>
/// <param name="Length">At most so many bytes, at least 1; null is to the end.</param>
public readonly record struct ByteRange(long Offset, long? Length = null);

/// <summary>An open object. Dispose it to free the file or connection.</summary>
public sealed class ObjectContent(ObjectInfo info, Stream stream, long length, IDisposable? owner = null) : IAsyncDisposable
{
    /// <summary>The whole object's facts, also when a range of it was opened.</summary>
    public ObjectInfo Info { get; } = info;

    /// <summary>The bytes, read forward once.</summary>
    public Stream Stream { get; } = stream;

    /// <summary>How many bytes <see cref="Stream"/> yields.</summary>
    public long Length { get; } = length;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        owner?.Dispose();
    }
}

/// <summary>The buckets of the application, created at start whichever the driver.</summary>
public static class StorageBuckets
{
    /// <summary>Uploaded datasets: <c>{owner_id}/{id}/{name}.{format}</c>.</summary>
    public const string Datasets = "datasets";

    /// <summary>Results of jobs: <c>{job id}/…</c>.</summary>
    public const string JobResults = "job-results";

    /// <summary>Begins the keys of what is staged, where the driver needs one for it.</summary>
    public const string StagedPrefix = ".staged/";

    internal static readonly string[] All = [Datasets, JobResults];
}
