using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Transfer;

namespace AsyncStack.Bench.Datasets.Graph;

/// <summary>What an upload through the Api is held against: the same file into the same storage without it; what it leaves is removed again.</summary>
internal static class PlainUpload
{
    /// <summary>Copies into the file driver's folder.</summary>
    /// <param name="folder">The driver's.</param>
    /// <param name="path">The file.</param>
    /// <param name="flush">Ends when the disk has it, as a put does; else when the page cache has.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    public static async Task<double> CopyAsync(string folder, string path, bool flush, CancellationToken cancellationToken)
    {
        var target = Path.Combine(folder, ".bench-copy");
        try
        {
            var started = TimeProvider.System.GetTimestamp();
            // Not File.Copy, which may ask the file system to share the blocks.
            await using (var from = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1))
            await using (var to = new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None, 1))
            {
                await from.CopyToAsync(to, 1 << 20, cancellationToken);
                if (flush)
                    to.Flush(flushToDisk: true);
            }

            return TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        }
        finally
        {
            File.Delete(target);
        }
    }

    /// <summary>Sends with the S3 SDK alone.</summary>
    public static async Task<double> SendAsync(IReadOnlyDictionary<string, string> storage, string path, CancellationToken cancellationToken)
    {
        using var client = new AmazonS3Client(new BasicAWSCredentials(storage["accesskey"], storage["secretkey"]), new AmazonS3Config
        {
            ServiceURL = storage["endpoint"],
            ForcePathStyle = true,
            AuthenticationRegion = storage.GetValueOrDefault("region", "us-east-1"),
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
        using var transfer = new TransferUtility(client);
        var request = new TransferUtilityUploadRequest { BucketName = "datasets", Key = "bench/plain.csv", FilePath = path, DisablePayloadSigning = false };
        var started = TimeProvider.System.GetTimestamp();
        await transfer.UploadAsync(request, cancellationToken);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        await client.DeleteObjectAsync(request.BucketName, request.Key, cancellationToken);
        return seconds;
    }
}
