using Amazon.S3;
using Amazon.S3.Model;

namespace AsyncStack.Core.Storage.S3;

/// <summary>
/// An object under a key nobody asks for, copied by the server to its own: S3 wants the key before the first byte. One copy takes
/// 5 GiB at the most. What a killed process leaves is below <see cref="StorageBuckets.StagedPrefix"/>.
/// </summary>
internal sealed class S3StagedObject(S3ObjectStorage storage, IAmazonS3 client, ObjectUri staged, StoredObject stored) : IStagedObject
{
    private static readonly TimeSpan RemovalDeadline = TimeSpan.FromSeconds(5);

    public long Size => stored.Size;

    public string? Sha256 => stored.Sha256;

    public async Task PublishAsync(ObjectUri uri, CancellationToken cancellationToken = default)
    {
        try
        {
            await client.CopyObjectAsync(
                new CopyObjectRequest
                {
                    SourceBucket = staged.Bucket,
                    SourceKey = staged.Key,
                    DestinationBucket = uri.Bucket,
                    DestinationKey = uri.Key,
                },
                cancellationToken);
        }
        catch (Exception e) when (S3Faults.IsFault(e, cancellationToken))
        {
            throw S3Faults.Translate(e, uri.Bucket);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(RemovalDeadline);
        try
        {
            await storage.DeleteAsync(staged, deadline.Token);
        }
        catch (Exception e) when (e is ObjectStorageException or OperationCanceledException)
        {
            // The cleaner removes what stays behind.
        }
    }
}
