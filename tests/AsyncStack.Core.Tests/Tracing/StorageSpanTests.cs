using System.Diagnostics;
using AsyncStack.Core.Storage;
using AsyncStack.Core.Tests.Storage;
using AsyncStack.Testing;

namespace AsyncStack.Core.Tests.Tracing;

public sealed class StorageSpanTests(FileServer server) : IClassFixture<FileServer>
{
    private static readonly ActivitySource Callers = new("AsyncStack.Callers");
    private static readonly ObjectUri Address = new("datasets", "me/1/housing.csv");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_operation_is_a_client_span_with_bucket_and_key()
    {
        using var spans = new SpanRecorder();
        var trace = spans.Begin();
        await server.Storage.EnsureBucketAsync(Address.Bucket, Cancel);
        using (Callers.StartActivity("caller", ActivityKind.Internal, trace))
        {
            using var content = new MemoryStream([1, 2, 3]);
            await server.Storage.PutAsync(Address, content, cancellationToken: Cancel);
            await (await server.Storage.OpenAsync(Address, cancellationToken: Cancel)).DisposeAsync();
            await server.Storage.HeadAsync(Address, Cancel);
            await foreach (var _ in server.Storage.ListAsync(Address.Bucket, cancellationToken: Cancel))
            {
            }

            await server.Storage.DeleteAsync(Address, Cancel);
        }

        var made = spans.Of(trace).Where(s => s.Kind == ActivityKind.Client).ToArray();
        Assert.Equal(["S3/PutObject", "S3/GetObject", "S3/HeadObject", "S3/ListObjectsV2", "S3/DeleteObject"], made.Select(s => s.DisplayName));
        Assert.All(made, s => Assert.Equal(("datasets", "file"), (s.GetTagItem("aws.s3.bucket"), s.GetTagItem("asyncstack.storage.driver"))));
        Assert.Equal("me/1/housing.csv", made[0].GetTagItem("aws.s3.key"));
    }

    [Fact]
    public async Task An_object_that_is_not_there_is_an_error_of_its_span()
    {
        using var spans = new SpanRecorder();
        var trace = spans.Begin();
        using (Callers.StartActivity("caller", ActivityKind.Internal, trace))
        {
            await Assert.ThrowsAsync<ObjectNotFoundException>(() => server.Storage.OpenAsync(new ObjectUri("datasets", "nothing"), cancellationToken: Cancel));
        }

        var span = await spans.FindAsync(trace, "S3/GetObject");
        Assert.Equal((ActivityStatusCode.Error, typeof(ObjectNotFoundException).FullName), (span.Status, span.GetTagItem("error.type")));
    }
}
