using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AsyncStack.Core.Storage;

/// <summary>Healthy when every bucket of the application answers.</summary>
internal sealed class StorageHealthCheck(IObjectStorage storage) : IHealthCheck
{
    // A folder of its own that nobody fills: the answer is empty, and quick however many objects the bucket holds.
    private const string EmptyPrefix = "health/probe";

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            foreach (var bucket in StorageBuckets.All)
            {
                await using var objects = storage.ListAsync(bucket, EmptyPrefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
                await objects.MoveNextAsync();
            }

            return HealthCheckResult.Healthy();
        }
        catch (ObjectStorageException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message);
        }
    }
}
