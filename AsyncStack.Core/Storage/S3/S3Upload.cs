using System.Buffers;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Core.Storage.S3;

/// <summary>
/// One put: a single request when the content fits one part, else a multipart upload with a few parts in flight.
/// A part is hashed while the next one is received and it is sent itself.
/// Memory is bounded by (parts in flight) × (part size), 24 MiB. Objects end at 10,000 parts, 78 GiB.
/// </summary>
internal sealed class S3Upload(IAmazonS3 client, ObjectUri uri, Stream content, IncrementalHash? hash, ILogger logger) : IDisposable
{
    internal const int PartSize = 8 << 20;
    private const int PartsInFlight = 3;
    private const int MaxParts = 10_000;
    private static readonly TimeSpan AbortDeadline = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _slots = new(PartsInFlight);
    private Task _hashing = Task.CompletedTask;
    private long _size;

    public async Task<StoredObject> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var first = await ReadPartAsync(cancellationToken);
            var etag = first.Length < PartSize
                ? await PutWholeAsync(first, cancellationToken)
                : await PutPartsAsync(first, cancellationToken);
            await _hashing;
            return new StoredObject(_size, etag.Trim('"'), hash is null ? null : Convert.ToHexStringLower(hash.GetCurrentHash()));
        }
        finally
        {
            // The hash is in use until then.
            await _hashing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task<string> PutWholeAsync(Part part, CancellationToken cancellationToken)
    {
        await using (part)
        {
            var response = await client.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = uri.Bucket,
                    Key = uri.Key,
                    ContentType = ContentTypes.Of(uri),
                    InputStream = part.Open(),
                    UseChunkEncoding = false,
                },
                cancellationToken);
            return response.ETag;
        }
    }

    private async Task<string> PutPartsAsync(Part first, CancellationToken cancellationToken)
    {
        var upload = await client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = uri.Bucket, Key = uri.Key, ContentType = ContentTypes.Of(uri) },
            cancellationToken);
        try
        {
            var parts = await UploadPartsAsync(upload.UploadId, first, cancellationToken);
            var done = await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = uri.Bucket, Key = uri.Key, UploadId = upload.UploadId, PartETags = parts },
                cancellationToken);
            return done.ETag;
        }
        catch
        {
            await AbortAsync(upload.UploadId);
            throw;
        }
    }

    private async Task<List<PartETag>> UploadPartsAsync(string uploadId, Part first, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var uploads = new List<Task<PartETag>>();
        try
        {
            await _slots.WaitAsync(stopping.Token);
            for (var part = first; part.Length > 0; part = await ReadNextPartAsync(stopping.Token))
                uploads.Add(StartPartAsync(uploadId, part, uploads.Count + 1, stopping));
            return [.. await Task.WhenAll(uploads)];
        }
        catch
        {
            await stopping.CancelAsync();
            await Task.WhenAll(uploads.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // The part that failed stopped the reading: its reason is the one to tell.
            if (uploads.Find(u => u.IsFaulted) is { } failed)
                await failed;
            throw;
        }
    }

    private async Task<Part> ReadNextPartAsync(CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        return await ReadPartAsync(cancellationToken);
    }

    // The SDK hashes the part for its signature before it first waits, which must not hold up the receiving.
    private Task<PartETag> StartPartAsync(string uploadId, Part part, int number, CancellationTokenSource stopping) =>
        Task.Run(() => UploadPartAsync(uploadId, part, number, stopping), CancellationToken.None);

    private async Task<PartETag> UploadPartAsync(string uploadId, Part part, int number, CancellationTokenSource stopping)
    {
        try
        {
            if (number > MaxParts)
                throw new ObjectStorageException($"{uri} is too large: an S3 object has at most {MaxParts} parts of {PartSize >> 20} MiB.");
            var response = await client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = uri.Bucket,
                    Key = uri.Key,
                    UploadId = uploadId,
                    PartNumber = number,
                    PartSize = part.Length,
                    InputStream = part.Open(),
                    UseChunkEncoding = false,
                },
                stopping.Token);
            return new PartETag(number, response.ETag);
        }
        catch
        {
            await stopping.CancelAsync();
            throw;
        }
        finally
        {
            await part.DisposeAsync();
            _slots.Release();
        }
    }

    private async Task<Part> ReadPartAsync(CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PartSize);
        var length = await content.ReadAtLeastAsync(buffer.AsMemory(0, PartSize), PartSize, throwOnEndOfStream: false, cancellationToken);
        await _hashing;
        if (hash is not null)
            _hashing = Task.Run(() => hash.AppendData(buffer, 0, length), CancellationToken.None);
        _size += length;
        return new Part(buffer, length, _hashing);
    }

    // Best effort: some servers have no abort, and the real ones expire unfinished uploads by a rule of the bucket.
    private async Task AbortAsync(string uploadId)
    {
        try
        {
            using var deadline = new CancellationTokenSource(AbortDeadline);
            await client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = uri.Bucket, Key = uri.Key, UploadId = uploadId }, deadline.Token);
        }
        catch (Exception e)
        {
            StorageLog.AbortFailed(logger, uri, e.Message);
        }
    }

    private sealed class Part(byte[] buffer, int length, Task hashing) : IAsyncDisposable
    {
        public int Length { get; } = length;

        public MemoryStream Open() => new(buffer, 0, Length, writable: false);

        public async ValueTask DisposeAsync()
        {
            await hashing;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
