using System.Diagnostics;
using System.Text;
using System.Text.Json;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messages;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using AsyncStack.Testing;
using AsyncStack.Worker.Tests.Support;
using RabbitMQ.Client;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class TracingTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    [Fact]
    public async Task An_instant_job_is_received_processed_and_ended_in_the_trace_of_its_request()
    {
        using var spans = new SpanRecorder();
        await using var worker = await servers.StartAsync();
        var request = spans.Begin();

        var id = await SubmitAsync("echo", request, callbackUrl: "http://127.0.0.1:9/");

        var receive = await spans.FindAsync(request, "receive jobs.default");
        var process = await spans.FindAsync(request, "process echo");
        var send = await spans.FindAsync(request, "send notifier.results");
        Assert.Equal(request.SpanId, receive.ParentSpanId);
        Assert.Equal((receive.SpanId, ActivityKind.Consumer), (process.ParentSpanId, process.Kind));
        Assert.Equal((id.ToString(), "echo", 1), (process.GetTagItem("asyncstack.job.id"), process.GetTagItem("asyncstack.job.type"), process.GetTagItem("asyncstack.job.attempt")));
        Assert.Equal(receive.SpanId, send.ParentSpanId);
        Assert.Equal(2, spans.Of(request).Count(s => s.Source.Name == "Npgsql" && s.ParentSpanId == receive.SpanId));
    }

    [Fact]
    public async Task A_job_in_a_slot_is_claimed_run_and_ended_in_the_trace_of_its_request()
    {
        using var spans = new SpanRecorder();
        await using var worker = await servers.StartAsync();
        var request = spans.Begin();

        await SubmitAsync(TestHandlers.Big, request);

        var receive = await spans.FindAsync(request, "receive jobs.default");
        var process = await spans.FindAsync(request, $"process {TestHandlers.Big}");
        var finish = await spans.FindAsync(request, "finish jobs");
        Assert.Equal(receive.SpanId, process.ParentSpanId);
        Assert.Equal(process.SpanId, finish.ParentSpanId);
        Assert.Equal(process.SpanId, (await spans.FindAsync(request, "S3/PutObject")).ParentSpanId);
        Assert.Equal("asyncstack.jobs:jobs.default", process.GetTagItem("messaging.destination.name"));
        Assert.Contains(spans.Of(request), s => s.Source.Name == "Npgsql" && s.ParentSpanId == finish.SpanId);
    }

    [Fact]
    public async Task Jobs_of_one_message_are_each_processed_in_their_own_trace_and_linked_to_the_batch()
    {
        using var spans = new SpanRecorder();
        await using var worker = await servers.StartAsync();
        ActivityContext[] requests = [spans.Begin(), spans.Begin()];
        var ids = await servers.Jobs.AddAsync("echo", count: 2);
        await TraceAsync(ids[0], requests[0]);
        await TraceAsync(ids[1], requests[1]);

        await PublishAsync(MessageTypes.InstantJobs, requests[0], ids);

        var receive = await spans.FindAsync(requests[0], "receive jobs.default");
        var other = await spans.FindAsync(requests[1], "process echo");
        Assert.Equal(receive.SpanId, (await spans.FindAsync(requests[0], "process echo")).ParentSpanId);
        Assert.Equal(requests[1].SpanId, other.ParentSpanId);
        Assert.Equal([receive.SpanId.ToHexString()], other.LinkedSpans());
    }

    [Fact]
    public async Task A_handler_that_throws_leaves_an_error_on_its_span()
    {
        using var spans = new SpanRecorder();
        await using var worker = await servers.StartAsync();
        var request = spans.Begin();

        // Another attempt could share its batch with what the next test sends.
        var id = await SubmitAsync(TestHandlers.Throw, request, maxAttempts: 1);
        await servers.Jobs.StateAsync(id, "failed");

        var span = await spans.FindAsync(request, $"process {TestHandlers.Throw}");
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.NotNull(span.GetTagItem("error.type"));
    }

    [Fact]
    public async Task A_message_to_save_is_processed_in_its_own_trace()
    {
        using var spans = new SpanRecorder();
        await using var worker = await servers.StartAsync();
        var request = spans.Begin();

        await servers.Broker.PublishAsync("", Topology.SavedMessages, new SavedMessage("traced", "me").Write(), Properties(request));

        var process = await spans.FindAsync(request, "process task_queue");
        Assert.Equal((await spans.FindAsync(request, "receive task_queue")).SpanId, process.ParentSpanId);
        Assert.Equal("task_queue", process.GetTagItem("messaging.destination.name"));
    }

    [Fact]
    public async Task An_event_and_what_follows_from_it_are_one_trace()
    {
        using var spans = new SpanRecorder();
        await using var worker = await servers.StartAsync();
        var request = spans.Begin();
        var body = JsonSerializer.SerializeToUtf8Bytes(new { id = Guid.CreateVersion7().ToString(), name = "traced" });

        await servers.Broker.PublishAsync(Topology.EventsExchange, EventTypes.ResourceCreated, body, Properties(request));

        await spans.FindAsync(request, "process task.completed");
        var process = spans.Of(request).Where(s => s.DisplayName == "process resource.created");
        Assert.Equal(
            ["asyncstack.events:resource.created:tasks.resource-events", "asyncstack.events:resource.created:worker.events"],
            process.Select(s => (string)s.GetTagItem("messaging.destination.name")!).Order(StringComparer.Ordinal));
        await spans.FindAsync(request, "send task.completed");
    }

    [Fact]
    public async Task A_program_outside_gets_the_trace_and_its_answer_is_processed_in_it_whatever_it_answers_with()
    {
        using var spans = new SpanRecorder();
        await using var worker = await servers.StartAsync();
        var request = spans.Begin();
        var id = await SubmitAsync("external:report", request);

        var taken = await servers.Broker.TakeAsync(Topology.ExternalRequests);
        await servers.Broker.PublishAsync("", Topology.ExternalResults, "{}"u8.ToArray(), new BasicProperties { CorrelationId = $"correlation-{id}" });

        var process = await spans.FindAsync(request, "process airflow_results");
        Assert.Single(process.Links);
        var send = await spans.FindAsync(request, "send airflow_requests");
        Assert.Equal(send.Id, Encoding.UTF8.GetString((byte[])taken.BasicProperties.Headers!["traceparent"]!));
        Assert.Equal((await spans.FindAsync(request, "process external:report")).SpanId, send.ParentSpanId);
    }

    private static BasicProperties Properties(ActivityContext trace) => new()
    {
        MessageId = Guid.CreateVersion7().ToString(),
        Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["traceparent"] = trace.ToTraceParent() },
    };

    private async Task<Guid> SubmitAsync(string jobType, ActivityContext trace, string? callbackUrl = null, int maxAttempts = 3)
    {
        var id = (await servers.Jobs.AddAsync(jobType, maxAttempts: maxAttempts))[0];
        await TraceAsync(id, trace);
        if (callbackUrl is not null)
        {
            await servers.ExecuteAsync($"update jobs set callback_url = '{callbackUrl}' where id = '{id}'");
        }

        await PublishAsync(JobTypes.Find(jobType) is { Instant: true } ? MessageTypes.InstantJobs : MessageTypes.Jobs, trace, id);
        return id;
    }

    private Task TraceAsync(Guid job, ActivityContext trace) =>
        servers.ExecuteAsync($"update jobs set traceparent = '{trace.ToTraceParent()}' where id = '{job}'");

    private Task PublishAsync(string type, ActivityContext trace, params Guid[] ids)
    {
        var properties = Properties(trace);
        properties.Type = type;
        return servers.Broker.PublishAsync(Topology.JobsExchange, Topology.JobsDefault, JobMessages.WriteIds(ids), properties);
    }
}
