using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using AsyncStack.Hosting.Runtime.Native;

namespace AsyncStack.Hosting.Tests.Native;

public sealed class StorageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Folder_is_ready_at_once_and_runs_until_it_is_stopped()
    {
        using var folder = new TemporaryFolder();
        await using var server = await RunningServer.StartAsync(new FolderStorage(), RunningServer.Describe("minio", folder.Path), Cancellation);

        Assert.True(Directory.Exists(FolderStorage.FolderOf(server.Start.DataDirectory)));
        Assert.False(server.Resource.Exited.IsCompleted);
        await server.Resource.StopAsync(TimeSpan.FromSeconds(1), Cancellation);
        Assert.Equal(0, await server.Resource.Exited);
    }

    [Fact]
    public async Task S3rver_keeps_objects_and_refuses_unknown_access_keys()
    {
        using var folder = new TemporaryFolder();
        await using var server = await RunningServer.StartAsync(new S3rver(), RunningServer.Describe("minio", folder.Path), Cancellation);

        using var client = Client(server, RunningServer.User);
        await client.PutBucketAsync("bucket", Cancellation);
        var request = new PutObjectRequest { BucketName = "bucket", Key = "key", ContentBody = "content", UseChunkEncoding = false };
        await client.PutObjectAsync(request, Cancellation);
        using var stored = await client.GetObjectAsync("bucket", "key", Cancellation);
        using var reader = new StreamReader(stored.ResponseStream);
        Assert.Equal("content", await reader.ReadToEndAsync(Cancellation));

        using var stranger = Client(server, "another");
        await Assert.ThrowsAsync<AmazonS3Exception>(() => stranger.PutBucketAsync("other", Cancellation));
    }

    private static AmazonS3Client Client(RunningServer server, string accessKey) =>
        new(accessKey, RunningServer.Password, new AmazonS3Config
        {
            ServiceURL = $"http://127.0.0.1:{server.Port}",
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
}
