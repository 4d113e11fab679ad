using System.Diagnostics;
using AsyncStack.Notifier.Tests.Support;
using AsyncStack.Testing;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.Notifier.Tests;

[Collection(ServersCollection.Name)]
public sealed class TracingTests(NotifierFixture servers) : IClassFixture<NotifierFixture>
{
    [Fact]
    public async Task A_callback_is_an_HTTP_client_span_in_the_trace_of_its_job_and_the_target_gets_it()
    {
        using var spans = new SpanRecorder();
        var trace = spans.Begin();
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync();

        await FinishAsync(receiver.Url + "?token=secret", trace);

        var request = await receiver.NextAsync();
        var deliver = await spans.FindAsync(trace, "deliver webhook");
        var post = await spans.FindAsync(trace, "POST");
        Assert.Equal(post.Id, request.Headers["traceparent"]);
        Assert.Equal((ActivityKind.Client, deliver.SpanId), (post.Kind, post.ParentSpanId));
        Assert.Equal(trace.SpanId, deliver.ParentSpanId);
        Assert.Equal(
            [
                ("http.request.method", "POST"),
                ("http.response.status_code", 200),
                ("server.address", "127.0.0.1"),
                ("server.port", receiver.Port),
                ("url.full", receiver.Url),
            ],
            post.TagObjects.Select(t => (t.Key, t.Value!)).OrderBy(t => t.Key, StringComparer.Ordinal));
        Assert.Equal((request.MessageId, 1), (deliver.GetTagItem("asyncstack.webhook.id"), deliver.GetTagItem("asyncstack.webhook.attempt")));
        Assert.Equal(deliver.SpanId, (await spans.FindAsync(trace, "record attempts")).ParentSpanId);
    }

    [Fact]
    public async Task A_failed_attempt_has_its_error_and_the_next_one_counts_it()
    {
        using var spans = new SpanRecorder();
        var trace = spans.Begin();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.StatusCode = receiver.Count == 1 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            return Task.CompletedTask;
        };
        await using var notifier = await servers.StartAsync();

        var job = await FinishAsync(receiver.Url, trace);
        await servers.Rows.WaitAsync(job, "delivered");

        await Waiting.ForAsync(() => spans.Of(trace).Count(s => s.DisplayName == "POST") == 2);
        var posts = spans.Of(trace).Where(s => s.DisplayName == "POST").ToArray();
        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Unset], posts.Select(p => p.Status));
        Assert.Equal(["503", null], posts.Select(p => p.GetTagItem("error.type")));
        Assert.Equal([null, 1], posts.Select(p => p.GetTagItem("http.request.resend_count")));
    }

    [Fact]
    public async Task A_target_that_is_not_there_leaves_the_kind_of_its_error()
    {
        using var spans = new SpanRecorder();
        var trace = spans.Begin();
        await using var notifier = await servers.StartAsync();

        await FinishAsync("http://127.0.0.1:1/", trace);

        var post = await spans.FindAsync(trace, "POST");
        Assert.Equal((ActivityStatusCode.Error, "System.Net.Sockets.SocketException"), (post.Status, post.GetTagItem("error.type")));
    }

    private async Task<Guid> FinishAsync(string url, ActivityContext trace)
    {
        var id = await servers.Jobs.InsertAsync(url);
        await servers.Rows.ExecuteAsync($"update jobs set traceparent = '{trace.ToTraceParent()}' where id = '{id}'");
        await servers.Jobs.TellAsync(id);
        return id;
    }
}
