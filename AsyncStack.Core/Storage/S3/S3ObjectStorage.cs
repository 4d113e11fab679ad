using System.Globalization;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace AsyncStack.Core.Storage.S3;

/// <summary>
/// Objects on an S3 server, addressed by path, with plain signed payloads, which every S3 server takes.
/// Signed URLs name <c>PublicEndpoint</c> where the connection string has one.
/// </summary>
public sealed class S3ObjectStorage : IObjectStorage, IDisposable
{
    private readonly S3Connection _connection;
    private readonly AmazonS3Client _client;
    private readonly AmazonS3Client _signer;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    internal S3ObjectStorage(S3Connection connection, TimeProvider clock, ILogger logger, RemoteCertificateValidationCallback? trust = null)
    {
        _connection = connection;
        _client = S3Clients.Create(connection, connection.Endpoint, trust);
        _signer = connection.PublicEndpoint == connection.Endpoint ? _client : S3Clients.Create(connection, connection.PublicEndpoint, trust);
        _clock = clock;
        _logger = logger;
    }

    internal int ListPageSize { get; init; } = 1000;

    internal TimeSpan ReadDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public async Task<StoredObject> PutAsync(ObjectUri uri, Stream content, PutOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var hash = options?.ComputeSha256 == true ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        using var upload = new S3Upload(_client, uri, content, hash, _logger);
        try
        {
            return await upload.RunAsync(cancellationToken);
        }
        catch (Exception e) when (S3Faults.IsFault(e, cancellationToken))
        {
            throw S3Faults.Translate(e, uri.Bucket);
        }
    }

    /// <inheritdoc/>
    public async Task<IStagedObject> StageAsync(string bucket, Stream content, PutOptions? options = null, CancellationToken cancellationToken = default)
    {
        var staged = new ObjectUri(bucket, $"{StorageBuckets.StagedPrefix}{Guid.CreateVersion7(_clock.GetUtcNow()):N}");
        return new S3StagedObject(this, _client, staged, await PutAsync(staged, content, options, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<ObjectContent> OpenAsync(ObjectUri uri, ByteRange? range = null, CancellationToken cancellationToken = default)
    {
        if (range is { } wanted && (wanted.Offset < 0 || wanted.Length <= 0))
            throw new ObjectRangeException(uri, wanted);
        try
        {
            var response = await _client.GetObjectAsync(
                new GetObjectRequest { BucketName = uri.Bucket, Key = uri.Key, ByteRange = range is { } r ? new Amazon.S3.Model.ByteRange(RangeHeader(r)) : null }, cancellationToken);
            return Content(uri, response);
        }
        catch (Exception e) when (S3Faults.IsNotFound(e))
        {
            throw new ObjectNotFoundException(uri, e);
        }
        catch (Exception e) when (S3Faults.IsBadRange(e))
        {
            throw new ObjectRangeException(uri, range ?? default, e);
        }
        catch (Exception e) when (S3Faults.IsFault(e, cancellationToken))
        {
            throw S3Faults.Translate(e, uri.Bucket);
        }
    }

    /// <inheritdoc/>
    public async Task<ObjectInfo?> HeadAsync(ObjectUri uri, CancellationToken cancellationToken = default)
    {
        try
        {
            var found = await _client.GetObjectMetadataAsync(uri.Bucket, uri.Key, cancellationToken);
            return new ObjectInfo(uri, found.ContentLength, found.ETag.Trim('"'), TimeOf(found.LastModified));
        }
        catch (Exception e) when (S3Faults.IsNotFound(e))
        {
            return null;
        }
        catch (Exception e) when (S3Faults.IsFault(e, cancellationToken))
        {
            throw S3Faults.Translate(e, uri.Bucket);
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(ObjectUri uri, CancellationToken cancellationToken = default)
    {
        try
        {
            await _client.DeleteObjectAsync(uri.Bucket, uri.Key, cancellationToken);
        }
        catch (Exception e) when (S3Faults.IsNotFound(e))
        {
            // Gone is what was asked for.
        }
        catch (Exception e) when (S3Faults.IsFault(e, cancellationToken))
        {
            throw S3Faults.Translate(e, uri.Bucket);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string bucket, string prefix = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectUri.ValidateBucket(bucket);
        string? next = null;
        do
        {
            var page = await ListPageAsync(bucket, prefix, next, cancellationToken);
            foreach (var found in page.S3Objects ?? [])
            {
                // Foreign writers may have used keys that are no ObjectUri; they are not ours to give out.
                if (ObjectUri.TryCreate(bucket, found.Key, out var uri))
                    yield return new ObjectInfo(uri, found.Size ?? 0, found.ETag.Trim('"'), TimeOf(found.LastModified));
            }

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    /// <inheritdoc/>
    public async Task EnsureBucketAsync(string bucket, CancellationToken cancellationToken = default)
    {
        ObjectUri.ValidateBucket(bucket);
        try
        {
            await _client.PutBucketAsync(bucket, cancellationToken);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode is "BucketAlreadyOwnedByYou" or "BucketAlreadyExists")
        {
            // Another service was first.
        }
        catch (Exception e) when (S3Faults.IsFault(e, cancellationToken))
        {
            throw S3Faults.Translate(e, bucket);
        }
    }

    /// <inheritdoc/>
    public Uri CreateUploadUrl(ObjectUri uri, TimeSpan expiresIn) => Presign(uri, HttpVerb.PUT, expiresIn, overrides: null);

    /// <inheritdoc/>
    public Uri CreateDownloadUrl(ObjectUri uri, TimeSpan expiresIn, string? fileName = null)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(fileName ?? uri.FileName);
        return Presign(uri, HttpVerb.GET, expiresIn, new ResponseHeaderOverrides { ContentDisposition = disposition.ToString() });
    }

    public void Dispose()
    {
        _client.Dispose();
        _signer.Dispose();
    }

    public override string ToString() => $"S3 at {_connection.Endpoint}";

    private static string RangeHeader(ByteRange range) =>
        range.Length is { } length && length <= long.MaxValue - range.Offset
            ? string.Create(CultureInfo.InvariantCulture, $"bytes={range.Offset}-{range.Offset + length - 1}")
            : string.Create(CultureInfo.InvariantCulture, $"bytes={range.Offset}-");

    private ObjectContent Content(ObjectUri uri, GetObjectResponse response)
    {
        var length = response.ContentLength;
        var size = ContentRangeHeaderValue.TryParse(response.ContentRange, out var sent) ? sent.Length ?? length : length;
        var info = new ObjectInfo(uri, size, response.ETag.Trim('"'), TimeOf(response.LastModified));
        return new ObjectContent(info, new StallGuardStream(response.ResponseStream, ReadDeadline), length, response);
    }

    private static DateTimeOffset TimeOf(DateTime? time) => time is { } known ? new DateTimeOffset(known.ToUniversalTime()) : DateTimeOffset.UnixEpoch;

    private async Task<ListObjectsV2Response> ListPageAsync(string bucket, string prefix, string? continuation, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = bucket, Prefix = prefix, ContinuationToken = continuation, MaxKeys = ListPageSize }, cancellationToken);
        }
        catch (Exception e) when (S3Faults.IsFault(e, cancellationToken))
        {
            throw S3Faults.Translate(e, bucket);
        }
    }

    private Uri Presign(ObjectUri uri, HttpVerb verb, TimeSpan expiresIn, ResponseHeaderOverrides? overrides)
    {
        SignedUrlLifetime.Require(expiresIn);
        var request = new GetPreSignedUrlRequest
        {
            BucketName = uri.Bucket,
            Key = uri.Key,
            Verb = verb,
            Expires = (_clock.GetUtcNow() + expiresIn).UtcDateTime,
            Protocol = _connection.PublicEndpoint.Scheme == "http" ? Protocol.HTTP : Protocol.HTTPS,
        };
        if (overrides is not null)
            request.ResponseHeaderOverrides = overrides;
        return new Uri(_signer.GetPreSignedURL(request));
    }
}
