using System.Diagnostics;
using System.Runtime.CompilerServices;
using AsyncStack.Core.Tracing;

namespace AsyncStack.Core.Storage;

/// <summary>
/// A driver with a client span for each operation, named and attributed as OpenTelemetry's conventions for S3 have it, whichever driver it
/// is: addresses are <c>s3://</c> in both. Reading what was opened is not part of its span.
/// </summary>
/// <param name="driver">Does the work.</param>
/// <param name="server">Where an S3 server is; null for files.</param>
public sealed class TracedObjectStorage(IObjectStorage driver, Uri? server) : IObjectStorage, IDisposable
{
    /// <summary>What does the work.</summary>
    public IObjectStorage Driver => driver;

    /// <inheritdoc/>
    public Task<StoredObject> PutAsync(ObjectUri uri, Stream content, PutOptions? options = null, CancellationToken cancellationToken = default) =>
        WithinAsync("PutObject", uri.Bucket, uri.Key, () => driver.PutAsync(uri, content, options, cancellationToken));

    /// <inheritdoc/>
    public Task<IStagedObject> StageAsync(string bucket, Stream content, PutOptions? options = null, CancellationToken cancellationToken = default) =>
        WithinAsync("PutObject", bucket, null, () => driver.StageAsync(bucket, content, options, cancellationToken));

    /// <inheritdoc/>
    public Task<ObjectContent> OpenAsync(ObjectUri uri, ByteRange? range = null, CancellationToken cancellationToken = default) =>
        WithinAsync("GetObject", uri.Bucket, uri.Key, () => driver.OpenAsync(uri, range, cancellationToken));

    /// <inheritdoc/>
    public Task<ObjectInfo?> HeadAsync(ObjectUri uri, CancellationToken cancellationToken = default) =>
        WithinAsync("HeadObject", uri.Bucket, uri.Key, () => driver.HeadAsync(uri, cancellationToken));

    /// <inheritdoc/>
    public Task DeleteAsync(ObjectUri uri, CancellationToken cancellationToken = default) =>
        WithinAsync("DeleteObject", uri.Bucket, uri.Key, async () =>
        {
            await driver.DeleteAsync(uri, cancellationToken);
            return true;
        });

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string bucket, string prefix = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var span = Start("ListObjectsV2", bucket, null);
        await foreach (var found in driver.ListAsync(bucket, prefix, cancellationToken))
        {
            yield return found;
        }
    }

    /// <inheritdoc/>
    public Task EnsureBucketAsync(string bucket, CancellationToken cancellationToken = default) => driver.EnsureBucketAsync(bucket, cancellationToken);

    /// <inheritdoc/>
    public Uri CreateUploadUrl(ObjectUri uri, TimeSpan expiresIn) => driver.CreateUploadUrl(uri, expiresIn);

    /// <inheritdoc/>
    public Uri CreateDownloadUrl(ObjectUri uri, TimeSpan expiresIn, string? fileName = null) => driver.CreateDownloadUrl(uri, expiresIn, fileName);

    public void Dispose() => (driver as IDisposable)?.Dispose();

    public override string? ToString() => driver.ToString();

    private async Task<T> WithinAsync<T>(string operation, string bucket, string? key, Func<Task<T>> act)
    {
        using var span = Start(operation, bucket, key);
        try
        {
            return await act();
        }
        catch (Exception exception)
        {
            span.Fail(exception);
            throw;
        }
    }

    // What loops do by themselves, such as health checks and cleaning, belongs to no trace.
    private Activity? Start(string operation, string bucket, string? key)
    {
        if (Activity.Current is null || CoreTracing.Source.StartActivity($"S3/{operation}", ActivityKind.Client) is not { } span)
        {
            return null;
        }

        span.SetTag("rpc.method", operation).SetTag("aws.s3.bucket", bucket).SetTag("asyncstack.storage.driver", server is null ? "file" : "s3");
        if (key is not null)
        {
            span.SetTag("aws.s3.key", key);
        }

        return server is null
            ? span
            : span.SetTag("rpc.system", "aws-api").SetTag("rpc.service", "S3").SetTag("server.address", server.Host).SetTag("server.port", server.Port);
    }
}
