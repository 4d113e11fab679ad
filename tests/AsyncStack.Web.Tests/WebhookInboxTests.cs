using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace AsyncStack.Web.Tests;

public sealed class WebhookInboxTests : IAsyncDisposable
{
    private readonly WebHost _web = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    [Fact]
    public async Task Webhook_is_listed_with_what_its_body_says()
    {
        await ReceiveAsync("msg-1", """{"type":"job.completed","correlation_id":"c-1","result":{"n":1}}""");

        var shown = Assert.Single(await ListAsync());

        Assert.Equal(
            """{"webhook_id":"msg-1","received_at":"2026-05-01T12:00:00+00:00","verified":true,"reason":null,"repeat":false,"type":"job.completed","correlation_id":"c-1","body":{"type":"job.completed","correlation_id":"c-1","result":{"n":1}}}""",
            $"{{{shown.GetRawText()[(shown.GetRawText().IndexOf(',', StringComparison.Ordinal) + 1)..]}");
        Assert.Equal(shown.GetRawText(), (await _web.Client.GetFromJsonAsync<JsonElement>("/webhook/msg-1", Cancellation)).GetRawText());
    }

    [Fact]
    public async Task Second_webhook_of_an_id_is_accepted_and_shown_as_a_repeat()
    {
        await ReceiveAsync("again", "{}");
        await ReceiveAsync("again", "{}");

        Assert.Equal([true, false], (await ListAsync()).Select(w => w.GetProperty("repeat").GetBoolean()));
    }

    [Fact]
    public async Task Refused_webhook_does_not_make_the_good_one_a_repeat()
    {
        await _web.Client.SendAsync(WebHost.Webhook("contested", "{}", "v1,forged"), Cancellation);
        await ReceiveAsync("contested", "{}");

        var shown = await _web.Client.GetFromJsonAsync<JsonElement>("/webhook/contested", Cancellation);

        Assert.Equal((true, false), (shown.GetProperty("verified").GetBoolean(), shown.GetProperty("repeat").GetBoolean()));
    }

    [Fact]
    public async Task List_keeps_the_latest_and_a_flood_of_refused_ones_pushes_no_good_one_out()
    {
        for (var i = 0; i < 7; i++)
            await ReceiveAsync($"good-{i}", "{}");
        for (var i = 0; i < 9; i++)
            await _web.Client.SendAsync(WebHost.Webhook($"forged-{i}", "{}", "v1,forged"), Cancellation);

        var ids = (await ListAsync()).Select(w => w.GetProperty("webhook_id").GetString());

        Assert.Equal(["forged-8", "forged-7", "forged-6", "forged-5", "forged-4", "good-6", "good-5", "good-4", "good-3", "good-2"], ids);
    }

    [Fact]
    public async Task Body_that_is_no_json_is_shown_as_text()
    {
        await ReceiveAsync("text", "<script>alert(1)</script>");

        Assert.Equal("<script>alert(1)</script>", Assert.Single(await ListAsync()).GetProperty("body").GetString());
    }

    [Fact]
    public async Task List_is_filtered_by_correlation_id()
    {
        await ReceiveAsync("a", """{"correlation_id":"wanted"}""");
        await ReceiveAsync("b", """{"correlation_id":"other"}""");

        Assert.Equal("a", Assert.Single(await ListAsync("?correlation_id=wanted")).GetProperty("webhook_id").GetString());
    }

    [Fact]
    public async Task Waiting_answers_when_the_webhook_arrives_and_not_for_another_or_a_forged_one()
    {
        var waiting = ListAsync("?correlation_id=awaited&wait=60");
        await ReceiveAsync("other", """{"correlation_id":"other"}""");
        await _web.Client.SendAsync(WebHost.Webhook("forged", """{"correlation_id":"awaited"}""", "v1,forged"), Cancellation);
        Assert.False(waiting.IsCompleted);

        await ReceiveAsync("awaited", """{"correlation_id":"awaited"}""");

        Assert.Contains(await waiting, w => w.GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task Waiting_ends_with_an_empty_list_when_nothing_comes() =>
        Assert.Empty(await ListAsync("?correlation_id=never&wait=1"));

    [Theory]
    [InlineData("/webhook?wait=61", HttpStatusCode.BadRequest)]
    [InlineData("/webhook?wait=soon", HttpStatusCode.BadRequest)]
    [InlineData("/webhook/unknown", HttpStatusCode.NotFound)]
    public async Task What_cannot_be_answered_is_problem_json(string path, HttpStatusCode expected)
    {
        using var response = await _web.Client.GetAsync(path, Cancellation);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Stream_gives_what_is_there_then_what_arrives_and_resumes_after_the_last_event_id()
    {
        await ReceiveAsync("before", "{}");
        string? resumeAfter;
        await using (var stream = await StreamAsync(lastEventId: null))
        {
            var first = await NextAsync(stream);
            await ReceiveAsync("during", "{}");
            var second = await NextAsync(stream);
            Assert.Equal(("before", "during"), (IdOf(first), IdOf(second)));
            resumeAfter = first.EventId;
        }

        await using var resumed = await StreamAsync(resumeAfter);
        Assert.Equal("during", IdOf(await NextAsync(resumed)));
    }

    [Fact]
    public async Task Silent_stream_sends_heartbeats()
    {
        await using var stream = await StreamAsync(lastEventId: null);

        for (var i = 0; i < 3; i++)
        {
            Assert.True(await stream.MoveNextAsync());
            Assert.Equal("heartbeat", stream.Current.EventType);
        }
    }

    private static string? IdOf(SseItem<string> item) => JsonDocument.Parse(item.Data).RootElement.GetProperty("webhook_id").GetString();

    private static async Task<SseItem<string>> NextAsync(IAsyncEnumerator<SseItem<string>> stream)
    {
        while (await stream.MoveNextAsync())
        {
            if (stream.Current.EventType == "webhook")
                return stream.Current;
        }

        throw new InvalidOperationException("The stream ended.");
    }

    private async Task<IAsyncEnumerator<SseItem<string>>> StreamAsync(string? lastEventId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/webhook/events");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        var response = await _web.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return SseParser.Create(await response.Content.ReadAsStreamAsync(Cancellation)).EnumerateAsync(Cancellation).GetAsyncEnumerator(Cancellation);
    }

    private async Task ReceiveAsync(string id, string body)
    {
        using var response = await _web.Client.SendAsync(WebHost.Webhook(id, body), Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    private async Task<JsonElement[]> ListAsync(string query = "") =>
        (await _web.Client.GetFromJsonAsync<JsonElement[]>($"/webhook{query}", Cancellation))!;
}
