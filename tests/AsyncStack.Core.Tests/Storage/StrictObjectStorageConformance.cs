using System.Net;
using AsyncStack.Core.Storage;

namespace AsyncStack.Core.Tests.Storage;

/// <summary>
/// What every driver must do and s3rver does not: it writes over the object in place, does not verify version 4 signatures,
/// pages in another order than that of keys and serves ranges of empty objects.
/// A full S3 server passes these too.
/// </summary>
public abstract class StrictObjectStorageConformance : ObjectStorageConformance
{
    [Fact]
    public async Task Reader_sees_the_old_object_or_the_new_one_never_a_mixture()
    {
        var uri = Key("overwritten");
        await Storage.PutAsync(uri, Streams.Filled(300_000, 0), null, Cancellation);
        using var written = new CancellationTokenSource();

        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() => ReadUntilAsync(uri, written.Token))).ToArray();
        for (byte version = 1; version <= 25; version++)
            await Storage.PutAsync(uri, Streams.Filled(300_000 + version, version), null, Cancellation);
        await written.CancelAsync();

        Assert.All(await Task.WhenAll(readers), reads => Assert.True(reads > 0));
        Assert.Equal(300_025, (await Storage.HeadAsync(uri, Cancellation))!.Size);
    }

    [Fact]
    public async Task Concurrent_writers_of_one_key_leave_one_of_their_objects_whole()
    {
        var uri = Key("contended");

        await Task.WhenAll(Enumerable.Range(1, 6).Select(i => Storage.PutAsync(uri, Streams.Filled(200_000 + i, (byte)i), null, Cancellation)));

        await AssertWholeAsync(uri, 200_000);
    }

    [Fact]
    public async Task Signed_url_is_good_for_its_method_only()
    {
        await PutAsync(Key("guarded"), [1, 2, 3]);

        using var written = await Http.PutAsync(Absolute(Storage.CreateDownloadUrl(Key("guarded"), OneMinute)), new ByteArrayContent([9]), Cancellation);
        using var read = await Http.GetAsync(Absolute(Storage.CreateUploadUrl(Key("guarded"), OneMinute)), Cancellation);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (written.StatusCode, read.StatusCode));
        Assert.Equal(3, (await Storage.HeadAsync(Key("guarded"), Cancellation))!.Size);
    }

    [Theory]
    [InlineData("/guarded?", "/secrets?")]
    [InlineData("guarded-name", "other-name")]
    [InlineData("ignature=", "ignature=0")]
    public async Task Changed_signed_url_is_refused(string from, string to)
    {
        await PutAsync(Key("guarded"), [1]);
        await PutAsync(Key("secrets"), [2]);
        var url = Absolute(Storage.CreateDownloadUrl(Key("guarded"), OneMinute, "guarded-name")).AbsoluteUri;
        Assert.Contains(from, url, StringComparison.Ordinal);

        using var response = await Http.GetAsync(new Uri(url.Replace(from, to, StringComparison.Ordinal)), Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task List_is_in_the_order_of_keys()
    {
        string[] keys = ["l-a", "l/00", "l/x-a", "l/x/deeper", "lz"];
        foreach (var key in keys.Reverse())
            await PutAsync(Key(key), [1]);

        Assert.Equal(keys, (await ListAsync(Key("l").Key)).Select(NameOf));
    }

    [Fact]
    public async Task Empty_object_has_no_ranges()
    {
        await PutAsync(Key("empty"), []);

        await Assert.ThrowsAsync<ObjectRangeException>(() => Storage.OpenAsync(Key("empty"), new ByteRange(0), Cancellation));
    }

    private async Task<int> ReadUntilAsync(ObjectUri uri, CancellationToken written)
    {
        var reads = 0;
        for (; !written.IsCancellationRequested || reads == 0; reads++)
            await AssertWholeAsync(uri, 300_000);
        return reads;
    }

    // The object of version v has base + v bytes, all of them v.
    private async Task AssertWholeAsync(ObjectUri uri, int baseLength)
    {
        await using var read = await Storage.OpenAsync(uri, cancellationToken: Cancellation);
        var content = await Streams.ReadAllAsync(read.Stream);
        Assert.Equal(content.Length, read.Info.Size);
        Assert.False(content.AsSpan().ContainsAnyExcept((byte)(content.Length - baseLength)));
    }
}
