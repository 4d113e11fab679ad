using AsyncStack.Core.Storage;

namespace AsyncStack.Core.Tests.Storage;

public abstract partial class ObjectStorageConformance
{
    private const int SeveralParts = 20 << 20;

    [Theory]
    [InlineData(1000)]
    [InlineData(SeveralParts)]
    public async Task Canceled_put_leaves_nothing_visible(int length)
    {
        using var canceled = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var content = Streams.Interrupted(length, async token =>
        {
            await canceled.CancelAsync();
            token.ThrowIfCancellationRequested();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Storage.PutAsync(Key("canceled"), content, null, canceled.Token));

        Assert.Null(await Storage.HeadAsync(Key("canceled"), Cancellation));
        Assert.Empty(await ListAsync(_folder));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(SeveralParts)]
    public async Task Put_whose_source_fails_keeps_the_object_that_was_there(int length)
    {
        await PutAsync(Key("kept"), [1, 2, 3]);
        var content = Streams.Interrupted(length, _ => throw new InvalidDataException("the source broke"));

        var thrown = await Assert.ThrowsAsync<InvalidDataException>(() => Storage.PutAsync(Key("kept"), content, null, Cancellation));

        Assert.Equal("the source broke", thrown.Message);
        Assert.Equal(3, (await Storage.HeadAsync(Key("kept"), Cancellation))!.Size);
    }

    [Fact]
    public async Task Staged_object_appears_where_it_is_published_and_nowhere_else()
    {
        var uri = Key("published");
        await using (var staged = await Storage.StageAsync(uri.Bucket, new MemoryStream("staged"u8.ToArray()), cancellationToken: Cancellation))
        {
            Assert.Null(await Storage.HeadAsync(uri, Cancellation));
            await staged.PublishAsync(uri, Cancellation);
        }

        await using var content = await Storage.OpenAsync(uri, cancellationToken: Cancellation);
        using var reader = new StreamReader(content.Stream);
        Assert.Equal("staged", await reader.ReadToEndAsync(Cancellation));
        Assert.Empty(await Storage.ListAsync(uri.Bucket, StorageBuckets.StagedPrefix, Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Staged_object_that_is_not_published_leaves_nothing()
    {
        var uri = Key("published");

        await (await Storage.StageAsync(uri.Bucket, new MemoryStream("staged"u8.ToArray()), cancellationToken: Cancellation)).DisposeAsync();

        Assert.Empty(await Storage.ListAsync(uri.Bucket, StorageBuckets.StagedPrefix, Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Overwriting_changes_the_etag_even_within_one_clock_tick_of_the_file_system()
    {
        var tags = new HashSet<string>(StringComparer.Ordinal);
        for (byte i = 0; i < 5; i++)
            tags.Add((await PutAsync(Key("tagged"), [i])).ETag);

        Assert.Equal(5, tags.Count);
    }
}
