using System.Diagnostics;
using System.Text;
using AsyncStack.Core.DeadLetters;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Outbox;
using AsyncStack.Core.Tests.Support;
using AsyncStack.Core.Tracing;
using AsyncStack.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AsyncStack.Core.Tests.Tracing;

public sealed class MessageSpanTests(CoreFixture core) : IClassFixture<CoreFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_publish_is_a_send_span_by_the_conventions_and_the_message_carries_it_on()
    {
        using var spans = new SpanRecorder();
        var cause = spans.Begin();
        await using var queue = await TestQueue.DeclareAsync(core.Broker);
        await using var publisher = core.NewPublisher();
        var message = Message(queue.Name, cause) with { CorrelationId = "c-1" };

        await publisher.PublishAsync(message, Cancel);

        var span = await spans.FindAsync(cause, $"send {queue.Name}");
        var taken = await queue.TakeAsync();
        Assert.Equal(span.Id, MessageHeaders.Text(taken.BasicProperties, "traceparent"));
        Assert.Equal((ActivityKind.Producer, cause.SpanId, ActivityStatusCode.Unset), (span.Kind, span.ParentSpanId, span.Status));
        Assert.Equal(
            [
                ("messaging.destination.name", queue.Name),
                ("messaging.message.body.size", 2),
                ("messaging.message.conversation_id", "c-1"),
                ("messaging.message.id", message.Id.ToString()),
                ("messaging.operation.name", "send"),
                ("messaging.operation.type", "send"),
                ("messaging.rabbitmq.destination.routing_key", queue.Name),
                ("messaging.system", "rabbitmq"),
                ("server.address", core.Broker.Endpoint.HostName),
                ("server.port", core.Broker.Endpoint.Port),
            ],
            span.TagObjects.Select(t => (t.Key, t.Value!)).OrderBy(t => t.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_publish_that_the_broker_refuses_is_a_span_with_its_error()
    {
        using var spans = new SpanRecorder();
        var cause = spans.Begin();
        await using var publisher = core.NewPublisher();

        await Assert.ThrowsAnyAsync<PublishException>(() => publisher.PublishAsync(Message("no-such-queue", cause), Cancel));

        var span = await spans.FindAsync(cause, "send no-such-queue");
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("RabbitMQ.Client.Exceptions.PublishException", span.GetTagItem("error.type"));
    }

    [Theory]
    [InlineData("asyncstack.jobs", "jobs.low", null, "asyncstack.jobs:jobs.low")]
    [InlineData("asyncstack.jobs", "jobs.low", "jobs.low", "asyncstack.jobs:jobs.low")]
    [InlineData("asyncstack.events", "task.process", "worker.events", "asyncstack.events:task.process:worker.events")]
    [InlineData("", "task_queue", "task_queue", "task_queue")]
    public void A_destination_is_written_as_the_conventions_for_RabbitMQ_have_it(string exchange, string key, string? queue, string expected) =>
        Assert.Equal(expected, MessageSpans.Destination(exchange, key, queue));

    [Fact]
    public void A_batch_belongs_to_the_trace_of_its_first_recorded_message_and_is_linked_to_the_other_recorded_ones()
    {
        using var spans = new SpanRecorder();
        var unrecorded = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None);
        ActivityContext[] causes = [unrecorded, spans.Begin(), spans.Begin(), spans.Begin()];

        using var span = MessageSpans.StartReceive("some.queue", core.Broker.Endpoint, [Properties(), .. causes.Select(c => Properties(c))]);

        Assert.NotNull(span);
        Assert.Equal((ActivityKind.Client, causes[1].TraceId, causes[1].SpanId), (span.Kind, span.TraceId, span.ParentSpanId));
        Assert.Equal(causes[2..].Select(c => c.SpanId.ToHexString()), span.LinkedSpans());
        Assert.Equal(("receive", "some.queue", 5), (span.GetTagItem("messaging.operation.type"), span.GetTagItem("messaging.destination.name"), span.GetTagItem("messaging.batch.message_count")));
    }

    [Fact]
    public void A_batch_of_strangers_begins_a_trace()
    {
        using var spans = new SpanRecorder();

        using var span = MessageSpans.StartReceive("some.queue", core.Broker.Endpoint, [Properties()]);

        Assert.NotNull(span);
        Assert.Equal(default, span.ParentSpanId);
    }

    [Fact]
    public void A_message_of_one_job_belongs_to_its_trace_and_one_of_several_to_the_commit_that_wrote_them()
    {
        using var spans = new SpanRecorder();
        var (first, second) = (spans.Begin(), spans.Begin());
        QueuedJob[] jobs = [Job("sleep", first), Job("echo", first), Job("echo", second)];
        using var commit = CoreTracing.StartShared("commit", ActivityKind.Internal, [first, second]);

        var messages = JobMessages.Dispatch(jobs, TimeProvider.System).ToDictionary(m => m.Type, m => m.TraceParent, StringComparer.Ordinal);
        var single = JobMessages.Dispatch([Job("echo", second)], TimeProvider.System).Single().TraceParent;

        Assert.Equal(commit!.Id, messages[MessageTypes.InstantJobs]);
        Assert.Equal(commit.Id, messages[MessageTypes.Jobs]);
        Assert.Equal(second.ToTraceParent(), single);
    }

    private static QueuedJob Job(string type, ActivityContext trace) => new(Guid.CreateVersion7(), type, JobPriority.Default, trace.ToTraceParent());

    private static OutboxMessage Message(string queue, ActivityContext cause) =>
        new(Guid.CreateVersion7(), "", queue, MessageTypes.Jobs, "[]"u8.ToArray(), TraceParent: cause.ToTraceParent());

    private static BasicProperties Properties(ActivityContext? cause = null) => new()
    {
        // As they arrive: texts as bytes.
        Headers = cause is { } c ? new Dictionary<string, object?>(StringComparer.Ordinal) { ["traceparent"] = Encoding.UTF8.GetBytes(c.ToTraceParent()) } : null,
    };
}
