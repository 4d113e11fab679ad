using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Transfer;

namespace AsyncStack.Bench.Datasets.Graph;

/// <summary>What an upload through the Api is held against: the same file into the same storage without it.</summary>
internal static class PlainUpload
{
    /// <summary>Copies into the file driver's folder, or sends with the S3 SDK alone; the copy is removed again.</summary>
    public static async Task<double> MeasureAsync(RunningGraph graph, string path, CancellationToken cancellationToken) =>
        graph.Storage["driver"] == "file"
            ? await CopyAsync(graph.Storage["path"], path, cancellationToken)
            : await SendAsync(graph.Storage, path, cancellationToken);

    private static async Task<double> CopyAsync(string folder, string path, CancellationToken cancellationToken)
    {
        var target = Path.Combine(folder, ".bench-copy");
        try
        {
            var started = TimeProvider.System.GetTimestamp();
            // Not File.Copy, which may ask the file system to share the blocks.
            await using (var from = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1))
            await using (var to = new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None, 1))
                await from.CopyToAsync(to, 1 << 20, cancellationToken);
            return TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        }
        finally
        {
            File.Delete(target);
        }
    }

    private static async Task<double> SendAsync(IReadOnlyDictionary<string, string> storage, string path, CancellationToken cancellationToken)
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
