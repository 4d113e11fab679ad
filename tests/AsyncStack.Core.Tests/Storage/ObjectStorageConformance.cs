using System.Security.Cryptography;
using AsyncStack.Core.Storage;

namespace AsyncStack.Core.Tests.Storage;

/// <summary>What every driver must do. Each test has keys of its own below <see cref="Key"/>'s folder.</summary>
public abstract partial class ObjectStorageConformance : IAsyncLifetime
{
    private const string Bucket = StorageBuckets.Datasets;
    private readonly string _folder = Guid.CreateVersion7().ToString("N");

    protected abstract IObjectStorage Storage { get; }

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync() => await Storage.EnsureBucketAsync(Bucket, Cancellation);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData((8 << 20) - 1)]
    [InlineData(8 << 20)]
    [InlineData((8 << 20) + 1)]
    [InlineData((16 << 20) + 12_345)]
    public async Task Object_of_unknown_length_comes_back_byte_for_byte(int length)
    {
        var content = Streams.RandomBytes(length);

        var stored = await Storage.PutAsync(Key("data.csv"), Streams.Forward(content), new PutOptions(ComputeSha256: true), Cancellation);

        Assert.Equal(length, stored.Size);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), stored.Sha256);
        await using var read = await Storage.OpenAsync(Key("data.csv"), cancellationToken: Cancellation);
        Assert.Equal(content, await Streams.ReadAllAsync(read.Stream));
        Assert.Equal(length, read.Length);
        Assert.Equal((stored.Size, stored.ETag), (read.Info.Size, read.Info.ETag));
    }

    [Fact]
    public async Task Hash_is_made_only_when_asked_for()
    {
        var stored = await PutAsync(Key("plain"), [1, 2, 3]);

        Assert.Null(stored.Sha256);
    }

    [Fact]
    public async Task Head_list_and_open_tell_the_same_about_an_object()
    {
        await PutAsync(Key("table.csv"), Streams.RandomBytes(1234));

        var head = await Storage.HeadAsync(Key("table.csv"), Cancellation);
        var listed = Assert.Single(await ListAsync($"{_folder}/table"));
        await using var read = await Storage.OpenAsync(Key("table.csv"), cancellationToken: Cancellation);

        Assert.NotNull(head);
        Assert.Equal((1234, head.ETag, "text/csv"), (head.Size, read.Info.ETag, head.ContentType));
        Assert.Equal((head.Uri, head.Size, head.ETag), (listed.Uri, listed.Size, listed.ETag));
        Assert.InRange(head.LastModified, DateTimeOffset.UnixEpoch.AddYears(50), TimeProvider.System.GetUtcNow().AddMinutes(1));
    }

    [Theory]
    [InlineData(0, 10L, 0, 10)]
    [InlineData(0, null, 0, 1000)]
    [InlineData(990, null, 990, 10)]
    [InlineData(500, 1L, 500, 1)]
    [InlineData(999, 1L, 999, 1)]
    [InlineData(900, 5000L, 900, 100)]
    [InlineData(1, long.MaxValue, 1, 999)]
    public async Task Range_gives_exactly_its_bytes_up_to_the_end(long offset, long? length, int from, int count)
    {
        var content = Streams.RandomBytes(1000);
        await PutAsync(Key("ranged"), content);

        await using var read = await Storage.OpenAsync(Key("ranged"), new ByteRange(offset, length), Cancellation);

        Assert.Equal(content[from..(from + count)], await Streams.ReadAllAsync(read.Stream));
        Assert.Equal((count, 1000), (read.Length, read.Info.Size));
    }

    [Theory]
    [InlineData(1000, null, 1000)]
    [InlineData(5000, 10L, 1000)]
    [InlineData(-1, 10L, 1000)]
    [InlineData(0, 0L, 1000)]
    public async Task Range_outside_the_object_is_refused(long offset, long? length, int size)
    {
        await PutAsync(Key("ranged"), Streams.RandomBytes(size));

        await Assert.ThrowsAsync<ObjectRangeException>(() => Storage.OpenAsync(Key("ranged"), new ByteRange(offset, length), Cancellation));
    }

    [Fact]
    public async Task Missing_object_is_told_apart_from_a_fault()
    {
        await PutAsync(Key("folder/object"), [1]);

        foreach (var missing in new[] { Key("none"), Key("folder"), Key("folder/object/below"), new ObjectUri("no-such-bucket", "key") })
        {
            Assert.Null(await Storage.HeadAsync(missing, Cancellation));
            await Assert.ThrowsAsync<ObjectNotFoundException>(() => Storage.OpenAsync(missing, cancellationToken: Cancellation));
            await Storage.DeleteAsync(missing, Cancellation);
        }
    }

    [Fact]
    public async Task Missing_bucket_is_named()
    {
        var put = await Assert.ThrowsAsync<BucketNotFoundException>(() => Storage.PutAsync(new ObjectUri("no-such-bucket", "key"), Streams.Forward([1]), null, Cancellation));
        var list = await Assert.ThrowsAsync<BucketNotFoundException>(async () => await Storage.ListAsync("no-such-bucket", "", Cancellation).ToListAsync(Cancellation));

        Assert.All([put, list], e => Assert.Contains("no-such-bucket", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deleted_object_is_gone_and_its_neighbours_stay()
    {
        await PutAsync(Key("a/b/gone"), [1]);
        await PutAsync(Key("a/stays"), [2]);

        await Storage.DeleteAsync(Key("a/b/gone"), Cancellation);

        Assert.Null(await Storage.HeadAsync(Key("a/b/gone"), Cancellation));
        Assert.Equal(Key("a/stays"), Assert.Single(await ListAsync(_folder)).Uri);
    }

    [Fact]
    public async Task Ensuring_a_bucket_that_exists_keeps_its_objects()
    {
        await PutAsync(Key("kept"), [1]);

        await Storage.EnsureBucketAsync(Bucket, Cancellation);

        Assert.NotNull(await Storage.HeadAsync(Key("kept"), Cancellation));
    }

    [Fact]
    public async Task List_gives_every_object_once_over_several_pages()
    {
        string[] keys = [.. Enumerable.Range(0, 20).Select(i => $"l/{i:00}")];
        foreach (var key in keys)
            await PutAsync(Key(key), [1]);

        var listed = await ListAsync(Key("l").Key);

        Assert.Equal(keys, listed.Select(NameOf));
    }

    [Theory]
    [InlineData("p/1", new[] { "p/1", "p/1x/2" })]
    [InlineData("p/1x/", new[] { "p/1x/2" })]
    [InlineData("p/../p", new string[0])]
    [InlineData("nothing", new string[0])]
    public async Task List_gives_the_keys_that_begin_with_the_prefix(string prefix, string[] expected)
    {
        foreach (var key in new[] { "p/1", "p/1x/2", "p/2" })
            await PutAsync(Key(key), [1]);

        var listed = await ListAsync($"{_folder}/{prefix}");

        Assert.Equal(expected, listed.Select(NameOf));
    }

    [Theory]
    [MemberData(nameof(OddNames))]
    public async Task Key_with_odd_characters_is_kept_as_it_is(string name)
    {
        var content = Streams.RandomBytes(100);
        await PutAsync(Key(name), content);

        await using var read = await Storage.OpenAsync(Key(name), cancellationToken: Cancellation);

        Assert.Equal(content, await Streams.ReadAllAsync(read.Stream));
        Assert.Equal(Key(name), Assert.Single(await ListAsync(_folder)).Uri);
    }

    public static TheoryData<string> OddNames =>
    [
        "with space.txt", "ünïcödé/日本語/😀.csv", "a+b&c=d;e,f.txt", "question?hash#.txt", "100%.txt", "100%25.txt", "a%2Fb.txt",
        "quotes'\"`<>.txt", "~tilde!$()[]{}@:*|^", "..two dots", ".dot/.file.", "-dash", new string('x', 200),
    ];

    private protected ObjectUri Key(string name) => new(Bucket, $"{_folder}/{name}");

    private protected string NameOf(ObjectInfo info) => info.Uri.Key[(_folder.Length + 1)..];

    private protected Task<StoredObject> PutAsync(ObjectUri uri, byte[] content) => Storage.PutAsync(uri, Streams.Forward(content), null, Cancellation);

    private protected async Task<List<ObjectInfo>> ListAsync(string prefix) => await Storage.ListAsync(Bucket, prefix, Cancellation).ToListAsync(Cancellation);
}
