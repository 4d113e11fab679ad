using System.Net;
using System.Net.Http.Headers;
using AsyncStack.Core.Storage;

namespace AsyncStack.Core.Tests.Storage;

public abstract partial class ObjectStorageConformance
{
    private protected static TimeSpan OneMinute { get; } = TimeSpan.FromMinutes(1);
    private protected static HttpClient Http { get; } = new();

    /// <summary>Where relative URLs lead.</summary>
    protected abstract Uri PublicAddress { get; }

    [Theory]
    [MemberData(nameof(OddNames))]
    public async Task Signed_urls_take_and_give_an_object_whatever_its_key(string name)
    {
        var content = Streams.RandomBytes(5000);

        using var put = await Http.PutAsync(Absolute(Storage.CreateUploadUrl(Key(name), OneMinute)), new ByteArrayContent(content), Cancellation);
        using var get = await Http.GetAsync(Absolute(Storage.CreateDownloadUrl(Key(name), OneMinute)), Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (put.StatusCode, get.StatusCode));
        Assert.Equal(content, await get.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal((await Storage.HeadAsync(Key(name), Cancellation))!.ETag, get.Headers.ETag!.Tag.Trim('"'));
        Assert.Equal("attachment", get.Content.Headers.ContentDisposition!.DispositionType);
    }

    [Fact]
    public async Task Signed_download_carries_the_file_name_asked_for_and_serves_ranges()
    {
        var content = Streams.RandomBytes(1000);
        await PutAsync(Key("result.csv"), content);
        using var request = new HttpRequestMessage(HttpMethod.Get, Absolute(Storage.CreateDownloadUrl(Key("result.csv"), OneMinute, "Ergebnis für Ürün.csv")));
        request.Headers.Range = new RangeHeaderValue(10, 19);

        using var response = await Http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(content[10..20], await response.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal("Ergebnis für Ürün.csv", response.Content.Headers.ContentDisposition!.FileNameStar);
    }

    [Fact]
    public async Task Signed_url_is_refused_once_it_has_expired()
    {
        await PutAsync(Key("guarded"), [1]);
        var url = Absolute(Storage.CreateDownloadUrl(Key("guarded"), TimeSpan.FromSeconds(1)));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));

        // The server keeps the time, so the test asks until it says no.
        HttpStatusCode status;
        while ((status = await StatusOfAsync(url, deadline.Token)) == HttpStatusCode.OK)
            await Task.Delay(TimeSpan.FromMilliseconds(100), deadline.Token);

        Assert.Equal(HttpStatusCode.Forbidden, status);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData((7 * 24 * 3600) + 1)]
    public void Url_that_is_expired_already_or_lives_over_a_week_is_not_signed(int seconds)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Storage.CreateDownloadUrl(Key("any"), TimeSpan.FromSeconds(seconds)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Storage.CreateUploadUrl(Key("any"), TimeSpan.FromSeconds(seconds)));
    }

    [Fact]
    public void Url_may_live_for_a_week() =>
        Assert.NotNull(Storage.CreateDownloadUrl(Key("any"), TimeSpan.FromDays(7)));

    private static async Task<HttpStatusCode> StatusOfAsync(Uri url, CancellationToken cancellationToken)
    {
        using var response = await Http.GetAsync(url, cancellationToken);
        return response.StatusCode;
    }

    private protected Uri Absolute(Uri url) => new(PublicAddress, url);
}
