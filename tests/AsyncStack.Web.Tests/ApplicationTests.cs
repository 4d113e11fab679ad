using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;

namespace AsyncStack.Web.Tests;

/// <summary>How the built pages are served.</summary>
public sealed partial class ApplicationTests(WebHost web) : IClassFixture<WebHost>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/app/")]
    [InlineData("/app/jobs")]
    [InlineData("/app/jobs/0192f0c4-0000-7000-8000-000000000001?view=x")]
    [InlineData("/app/some.thing/else")]
    public async Task Address_of_a_page_gets_the_document_which_is_asked_for_again_each_time(string path)
    {
        using var response = await GetAsync(path);

        Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_without_its_slash_leads_to_the_one_with_it()
    {
        using var response = await GetAsync("/app");

        Assert.Equal((HttpStatusCode.Redirect, "/app/"), (response.StatusCode, response.Headers.Location!.OriginalString));
    }

    [Fact]
    public async Task Files_of_the_document_have_their_hash_in_their_names_and_may_be_kept_for_ever()
    {
        var document = await web.Client.GetStringAsync("/app/", Cancellation);
        var assets = Assets().Matches(document).Select(m => m.Value).ToList();

        Assert.NotEmpty(assets);
        foreach (var asset in assets)
        {
            using var response = await GetAsync(asset);
            Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl!.ToString());
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("gzip, deflate, br, zstd")]
    public async Task File_comes_compressed_to_who_takes_it_and_is_the_same(string accepted)
    {
        var asset = Assets().Match(await web.Client.GetStringAsync("/app/", Cancellation)).Value;
        var plain = await web.Client.GetByteArrayAsync(asset, Cancellation);
        using var response = await GetAsync(asset, ("Accept-Encoding", accepted));
        var coding = response.Content.Headers.ContentEncoding.Single();

        Assert.Equal(accepted.Contains("br", StringComparison.Ordinal) ? "br" : "gzip", coding);
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
        await using var body = await response.Content.ReadAsStreamAsync(Cancellation);
        await using Stream unpacked = coding == "br" ? new BrotliStream(body, CompressionMode.Decompress) : new GZipStream(body, CompressionMode.Decompress);
        using var content = new MemoryStream();
        await unpacked.CopyToAsync(content, Cancellation);
        Assert.Equal(plain, content.ToArray());
    }

    [Fact]
    public async Task Coding_that_is_refused_is_not_sent()
    {
        using var response = await GetAsync("/app/", ("Accept-Encoding", "br;q=0, gzip;q=0"));

        Assert.Empty(response.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        var asset = Assets().Match(await web.Client.GetStringAsync("/app/", Cancellation)).Value;
        using var first = await GetAsync(asset, ("Accept-Encoding", "br"));
        using var second = await GetAsync(asset, ("Accept-Encoding", "br"), ("If-None-Match", first.Headers.ETag!.ToString()));
        using var plain = await GetAsync(asset, ("If-None-Match", first.Headers.ETag!.ToString()));

        Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.OK), (second.StatusCode, plain.StatusCode));
    }

    [Theory]
    [InlineData("/app/assets/index-of-last-week.js")]
    [InlineData("/app/assets/..%2f..%2fAsyncStack.Web.dll")]
    public async Task File_that_is_not_there_is_not_the_document(string path)
    {
        using var response = await GetAsync(path);

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
    }

    private Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return web.Client.SendAsync(request, Cancellation);
    }

    [GeneratedRegex("/app/assets/[^\"]+\\.js", RegexOptions.None, 1000)]
    private static partial Regex Assets();
}
