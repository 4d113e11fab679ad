using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AsyncStack.Web.Tests;

public sealed class WebhookSignatureTests(WebHost web) : IClassFixture<WebHost>
{
    private const string Body = """{"type":"job.completed","correlation_id":"c-1","result":1}""";
    private static readonly long Seconds = WebHost.Now.ToUnixTimeSeconds();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Good_signature_is_answered_204() =>
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(WebHost.Webhook("good", Body)));

    [Fact]
    public async Task Either_secret_is_good_and_one_good_signature_among_several_is_enough()
    {
        var old = WebHost.Sign(WebHost.OldSecret, "rotated", Seconds, Body);
        var foreign = WebHost.Sign("whsec_Zm9yZWlnbi1zZWNyZXQtMjQtYnl0ZXMh", "rotated", Seconds, Body);

        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(WebHost.Webhook("rotated", Body, old)));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(WebHost.Webhook("rotated", Body, $"v1a,xyz {foreign} {old}")));
    }

    [Theory]
    [InlineData("v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("v1,not base64")]
    [InlineData("v1,")]
    [InlineData("v2,AAAA")]
    [InlineData("rubbish")]
    public async Task Bad_signature_is_answered_401_as_problem_json_and_shown_as_refused(string signature)
    {
        using var response = await web.Client.SendAsync(WebHost.Webhook("bad", Body, signature), Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var shown = await web.Client.GetFromJsonAsync<JsonElement>("/webhook/bad", Cancellation);
        Assert.False(shown.GetProperty("verified").GetBoolean());
    }

    [Theory]
    [InlineData("other-id", Body, 0)]
    [InlineData("signed", """{"type":"job.failed"}""", 0)]
    [InlineData("signed", Body, 1)]
    public async Task Signature_covers_id_body_and_timestamp(string id, string body, int later)
    {
        var signature = WebHost.Sign(WebHost.NewSecret, "signed", Seconds, Body);

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(WebHost.Webhook(id, body, signature, Seconds + later)));
    }

    [Theory]
    [InlineData(-300, HttpStatusCode.NoContent)]
    [InlineData(300, HttpStatusCode.NoContent)]
    [InlineData(-301, HttpStatusCode.Unauthorized)]
    [InlineData(301, HttpStatusCode.Unauthorized)]
    public async Task Timestamp_may_be_five_minutes_from_now_either_way(int offset, HttpStatusCode expected) =>
        Assert.Equal(expected, await StatusAsync(WebHost.Webhook($"aged{offset}", Body, timestamp: Seconds + offset)));

    [Fact]
    public async Task Timestamp_at_the_end_of_numbers_is_stale_not_a_fault() =>
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(WebHost.Webhook("far", Body, timestamp: long.MaxValue)));

    [Theory]
    [InlineData("webhook-id", null)]
    [InlineData("webhook-id", "")]
    [InlineData("webhook-timestamp", null)]
    [InlineData("webhook-timestamp", "yesterday")]
    [InlineData("webhook-timestamp", "-5")]
    [InlineData("webhook-timestamp", "99999999999999999999")]
    [InlineData("webhook-signature", null)]
    public async Task Missing_or_malformed_header_is_answered_400(string header, string? value)
    {
        var request = WebHost.Webhook("malformed", Body);
        request.Headers.Remove(header);
        if (value is not null)
            request.Headers.TryAddWithoutValidation(header, value);

        using var response = await web.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Body_over_a_mebibyte_is_answered_413_with_or_without_a_length()
    {
        var chunked = WebHost.Webhook("large", new string('x', (1 << 20) + 1));
        chunked.Headers.TransferEncodingChunked = true;

        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(WebHost.Webhook("fits", new string('x', 1 << 20))));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await StatusAsync(WebHost.Webhook("large", new string('x', (1 << 20) + 1))));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await StatusAsync(chunked));
    }

    [Theory]
    [InlineData("""{"plain":true}""")]
    [InlineData("""{"text":"ünïcödé 日本語 😀","line":"a\nb"}""")]
    [InlineData("")]
    public async Task Signature_of_the_reference_implementation_is_good(string body)
    {
        var signature = await ReferenceSigner.SignAsync(WebHost.NewSecret, "reference", Seconds, body);

        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(WebHost.Webhook("reference", body, signature)));
    }

    private async Task<HttpStatusCode> StatusAsync(HttpRequestMessage request)
    {
        using var response = await web.Client.SendAsync(request, Cancellation);
        return response.StatusCode;
    }
}
