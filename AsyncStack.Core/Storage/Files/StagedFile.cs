namespace AsyncStack.Core.Storage.Files;

/// <summary>A file that is written and has not got its name.</summary>
internal sealed class StagedFile(IncomingFile file, long size, string? sha256, Func<ObjectUri, string> pathOf, TimeProvider clock) : IStagedObject
{
    public long Size => size;

    public string? Sha256 => sha256;

    public Task PublishAsync(ObjectUri uri, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        file.PublishAs(pathOf(uri), clock.GetUtcNow());
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => file.DisposeAsync();
}
