using AsyncStack.Core.Storage;
using AsyncStack.Core.Storage.S3;
using Microsoft.Extensions.Logging.Abstractions;

namespace AsyncStack.Core.Tests.Storage;

/// <summary>Alone in the process while they measure its allocations.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryTests : ICollectionFixture<S3Server>, ICollectionFixture<FileServer>
{
    public const string Name = "memory";
}

[Collection(MemoryTests.Name)]
public sealed class StorageMemoryTests(S3Server s3, FileServer file, ITestOutputHelper output)
{
    private const long Size = 200L << 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Folder_takes_200_MB_in_less_than_2_MB_of_memory() =>
        Assert.InRange(await AllocatedByPutAsync(file.Storage), 0, 2 << 20);

    [Fact]
    public async Task S3_takes_200_MB_in_a_few_parts_of_memory()
    {
        using var storage = new S3ObjectStorage(
            (S3Connection)StorageConnection.Parse("storage", s3.ConnectionString), TimeProvider.System, NullLogger.Instance);
        await storage.EnsureBucketAsync(StorageBuckets.Datasets, Cancellation);

        Assert.InRange(await AllocatedByPutAsync(storage), 0, 64 << 20);
    }

    private async Task<long> AllocatedByPutAsync(IObjectStorage storage)
    {
        var uri = new ObjectUri(StorageBuckets.Datasets, "large");
        await storage.PutAsync(uri, Streams.Filled(1, 1), null, Cancellation);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var started = TimeProvider.System.GetTimestamp();

        await storage.PutAsync(uri, Streams.Filled(Size, 7), null, Cancellation);

        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        output.WriteLine($"{storage}: {allocated / 1024} KiB allocated, {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s");
        Assert.Equal(Size, (await storage.HeadAsync(uri, Cancellation))!.Size);
        return allocated;
    }
}
