namespace AsyncStack.Core.Storage;

/// <summary>Content that the store holds whole and shows nobody yet. Disposing it without publishing removes it.</summary>
public interface IStagedObject : IAsyncDisposable
{
    /// <summary>Bytes taken from the stream.</summary>
    long Size { get; }

    /// <summary>Lower-case hexadecimal, when asked for.</summary>
    string? Sha256 { get; }

    /// <summary>Makes it the object of this address, once.</summary>
    /// <exception cref="ObjectStorageException">The store is unreachable or refuses.</exception>
    Task PublishAsync(ObjectUri uri, CancellationToken cancellationToken = default);
}
