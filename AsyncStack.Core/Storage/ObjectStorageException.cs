namespace AsyncStack.Core.Storage;

/// <summary>The store could not do what was asked: unreachable, out of room, refused.</summary>
public class ObjectStorageException : IOException
{
    public ObjectStorageException()
    {
    }

    public ObjectStorageException(string message)
        : base(message)
    {
    }

    public ObjectStorageException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>There is no such object.</summary>
public sealed class ObjectNotFoundException(ObjectUri uri, Exception? cause = null)
    : ObjectStorageException($"There is no object {uri}.", cause);

/// <summary>There is no such bucket.</summary>
public sealed class BucketNotFoundException(string bucket, Exception? cause = null)
    : ObjectStorageException($"There is no bucket '{bucket}'. Buckets are created at start; another one needs EnsureBucketAsync first.", cause);

/// <summary>The range asked for lies outside the object.</summary>
public sealed class ObjectRangeException(ObjectUri uri, ByteRange range, Exception? cause = null)
    : ObjectStorageException($"The range from byte {range.Offset} lies outside the object {uri}.", cause);
