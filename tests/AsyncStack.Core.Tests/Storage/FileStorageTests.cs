using System.Net;
using AsyncStack.Core.Storage;
using AsyncStack.Core.Storage.Files;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace AsyncStack.Core.Tests.Storage;

/// <summary>What only the folder driver has.</summary>
public sealed class FileStorageTests(FileServer server) : IClassFixture<FileServer>
{
    private static readonly HttpClient Http = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Object_is_a_plain_file_below_its_bucket()
    {
        await server.Storage.PutAsync(new ObjectUri("job-results", "plain/file.txt"), Streams.Forward("hello"u8.ToArray()), null, Cancellation);

        Assert.Equal("hello", await File.ReadAllTextAsync(Path.Combine(server.Folder, "job-results", "plain", "file.txt"), Cancellation));
    }

    [Fact]
    public async Task Deleting_the_last_object_of_a_folder_removes_the_folder_but_not_the_bucket()
    {
        var uri = new ObjectUri("job-results", "emptied/by/delete");
        await server.Storage.PutAsync(uri, Streams.Forward([1]), null, Cancellation);

        await server.Storage.DeleteAsync(uri, Cancellation);

        Assert.False(Directory.Exists(Path.Combine(server.Folder, "job-results", "emptied")));
        Assert.True(Directory.Exists(Path.Combine(server.Folder, "job-results")));
    }

    [Fact]
    public async Task Puts_and_deletes_in_one_folder_do_not_trip_over_its_coming_and_going()
    {
        async Task PutAndDeleteAsync(int writer)
        {
            var uri = new ObjectUri("job-results", $"busy/folder/{writer}");
            for (var i = 0; i < 50; i++)
            {
                await server.Storage.PutAsync(uri, Streams.Forward([1]), null, Cancellation);
                await server.Storage.DeleteAsync(uri, Cancellation);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => PutAndDeleteAsync(i), Cancellation)));

        Assert.False(Directory.Exists(Path.Combine(server.Folder, "job-results", "busy")));
    }

    [Fact]
    public async Task Key_that_is_the_folder_of_another_is_refused_with_its_name()
    {
        await server.Storage.PutAsync(new ObjectUri("datasets", "taken/below"), Streams.Forward([1]), null, Cancellation);

        var above = await Assert.ThrowsAsync<ObjectStorageException>(
            () => server.Storage.PutAsync(new ObjectUri("datasets", "taken"), Streams.Forward([1]), null, Cancellation));
        var below = await Assert.ThrowsAsync<ObjectStorageException>(
            () => server.Storage.PutAsync(new ObjectUri("datasets", "taken/below/deeper"), Streams.Forward([1]), null, Cancellation));

        Assert.All([above, below], e => Assert.Contains("taken", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Files_of_writers_that_died_are_removed_at_start_and_those_being_written_stay()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Incoming, "dead"), "half", Cancellation);
        using var alive = Writer(folder, "alive");

        _ = NewStorage(folder, TimeProvider.System);

        Assert.Equal(["alive"], folder.Names);
    }

    [Fact]
    public async Task Files_of_writers_that_die_later_are_removed_by_a_put_a_minute_after()
    {
        using var folder = new TemporaryFolder();
        var clock = new ManualClock();
        var storage = NewStorage(folder, clock);
        await storage.EnsureBucketAsync("datasets", Cancellation);
        using var alive = Writer(folder, "alive");
        using (Writer(folder, "dead"))
        {
            clock.Now += TimeSpan.FromMinutes(2);
            await PutAsync("while it lives");
            Assert.Equal(["alive", "dead"], folder.Names.Order());
        }

        await PutAsync("within the minute");
        Assert.Equal(["alive", "dead"], folder.Names.Order());
        clock.Now += TimeSpan.FromMinutes(2);
        await PutAsync("later");
        Assert.Equal(["alive"], folder.Names);

        Task PutAsync(string key) => storage.PutAsync(new ObjectUri("datasets", key), Streams.Forward([1]), null, Cancellation);
    }

    [Fact]
    public async Task Puts_are_not_disturbed_by_others_that_look_for_dead_writers_all_the_time()
    {
        using var folder = new TemporaryFolder();
        var storage = NewStorage(folder, TimeProvider.System);
        await storage.EnsureBucketAsync("datasets", Cancellation);
        using var written = new CancellationTokenSource();
        var looking = Task.Run(() =>
        {
            while (!written.IsCancellationRequested)
                _ = NewStorage(folder, TimeProvider.System);
        }, Cancellation);

        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), Cancellation, async (i, token) =>
            await storage.PutAsync(new ObjectUri("datasets", $"{i % 8}/{i}"), Streams.Forward([1, 2, 3]), null, token));
        await written.CancelAsync();
        await looking;

        var sizes = await storage.ListAsync("datasets", "", Cancellation).Select(o => o.Size).ToListAsync(Cancellation);
        Assert.Equal(Enumerable.Repeat(3L, 2000), sizes);
        Assert.Empty(folder.Names);
    }

    [Theory]
    [InlineData(null, "/api/v1/files/datasets/a%20b?expires=")]
    [InlineData("https://stack.example", "https://stack.example/api/v1/files/datasets/a%20b?expires=")]
    [InlineData("https://stack.example/base/", "https://stack.example/base/api/v1/files/datasets/a%20b?expires=")]
    public void Signed_url_begins_with_the_public_address_when_there_is_one(string? address, string expected)
    {
        var signer = new FileUrlSigner("0123456789abcdef", address is null ? null : new Uri(address), TimeProvider.System);

        var url = signer.Create("GET", new ObjectUri("datasets", "a b"), TimeSpan.FromMinutes(1), fileName: null);

        Assert.StartsWith(expected, url.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_over_the_limit_is_refused_and_leaves_nothing()
    {
        var uri = new ObjectUri("datasets", "too-large");
        using var content = new StreamContent(Streams.Filled(1_000_001, 1));
        using var request = new HttpRequestMessage(HttpMethod.Put, Url(server.Storage.CreateUploadUrl(uri, TimeSpan.FromMinutes(1)))) { Content = content };
        request.Headers.TransferEncodingChunked = true;

        using var response = await Http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Null(await server.Storage.HeadAsync(uri, Cancellation));
    }

    [Theory]
    [InlineData("/api/v1/files/datasets/x")]
    [InlineData("/api/v1/files/datasets/x?expires=99999999999&signature=")]
    [InlineData("/api/v1/files/datasets/x?expires=99999999999&signature=%00%ff")]
    [InlineData("/api/v1/files/datasets/..%2f..%2fetc?expires=99999999999&signature=x")]
    [InlineData("/api/v1/files/BAD/x?expires=99999999999&signature=x")]
    public async Task Request_without_a_good_signature_is_refused_whatever_it_names(string path)
    {
        using var response = await Http.GetAsync(Url(new Uri(path, UriKind.Relative)), Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Download_of_a_missing_object_is_404_and_of_a_known_version_304()
    {
        var uri = new ObjectUri("datasets", "page.html");
        using var missing = await Http.GetAsync(Url(server.Storage.CreateDownloadUrl(uri, TimeSpan.FromMinutes(1))), Cancellation);
        var stored = await server.Storage.PutAsync(uri, Streams.Forward("<script>"u8.ToArray()), null, Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, Url(server.Storage.CreateDownloadUrl(uri, TimeSpan.FromMinutes(1))));
        request.Headers.IfNoneMatch.ParseAdd($"\"{stored.ETag}\"");

        using var known = await Http.SendAsync(request, Cancellation);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotModified), (missing.StatusCode, known.StatusCode));
        Assert.StartsWith("sandbox", known.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    private static FileConnection Connection(string folder) => new() { Path = folder, SigningKey = "0123456789abcdef" };

    private Uri Url(Uri url) => new(server.Address, url);

    private static FileObjectStorage NewStorage(TemporaryFolder folder, TimeProvider clock) =>
        new(Connection(folder.Path), new StorageOptions(), clock, NullLogger.Instance);

    // As another process holds it, which the system tells apart by the handle.
    private static SafeFileHandle Writer(TemporaryFolder folder, string name) =>
        File.OpenHandle(Path.Combine(folder.Incoming, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read);

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asyncstack-files-");

        public TemporaryFolder() => Incoming = _folder.CreateSubdirectory(".incoming").FullName;

        public string Path => _folder.FullName;

        public string Incoming { get; }

        public string[] Names => [.. Directory.GetFiles(Incoming).Select(f => System.IO.Path.GetFileName(f))];

        public void Dispose() => _folder.Delete(recursive: true);
    }

    private sealed class ManualClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
