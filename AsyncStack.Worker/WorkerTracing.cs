using System.Diagnostics;
using AsyncStack.Core.Tracing;
using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.Events;
using AsyncStack.Worker.Execution;

namespace AsyncStack.Worker;

/// <summary>
/// Spans by OpenTelemetry's messaging conventions: <c>receive</c> for a batch, <c>process</c> for each job, event or message in it, which
/// belongs to the trace of the request that caused it. Without a listener nothing is made.
/// </summary>
public static class WorkerTracing
{
    public static readonly ActivitySource Source = new("AsyncStack.Worker");

    /// <summary>Whether anybody listens, so that it is worth reading trace contexts.</summary>
    public static bool Enabled => Source.HasListeners();

    /// <summary>The span of a batch of one queue, current until it is disposed of.</summary>
    public static Activity? StartReceive(List<Delivery> batch) =>
        Enabled && batch is [var first, ..]
            ? MessageSpans.StartReceive(first.Queue, first.Subscription.Broker, batch.ConvertAll(d => d.Properties))
            : null;

    /// <summary>The same for deliveries of jobs, which may come from several queues.</summary>
    public static Activity? StartReceive(List<JobDelivery> batch) =>
        Enabled ? StartReceive([.. batch.Select(d => d.Message).OfType<Delivery>()]) : null;

    /// <summary>The span of an attempt. What brought the job is its parent when it belongs to the trace of the job, and a link otherwise.</summary>
    public static Activity? StartProcess(Guid id, string jobType, int attempt, string? traceParent, Delivery? message = null)
    {
        if (!Enabled)
        {
            return null;
        }

        var (parent, links) = Cause(TraceParent.Parse(traceParent), message);
        var span = Source.StartActivity(ActivityKind.Consumer, parent, links: links, name: $"process {jobType}");
        if (span is { IsAllDataRequested: true })
        {
            Describe(span, message);
            span.AddTag("asyncstack.job.id", id.ToString()).AddTag("asyncstack.job.type", jobType).AddTag("asyncstack.job.attempt", attempt);
        }

        return span;
    }

    /// <summary>The span of an event's handling. It is not the current one: many are handled together.</summary>
    public static Activity? StartProcess(EventMessage message) => StartAside(message.Type, message.Delivery, TraceParent.Parse(message.TraceParent));

    /// <summary>The same for any other message, in the trace of the given cause or else in its own.</summary>
    public static Activity? StartProcess(Delivery message, string? cause = null) =>
        StartAside(message.Queue, message, Enabled ? cause is null ? MessageSpans.Context(message.Properties) : TraceParent.Parse(cause) : default);

    /// <summary>Says how it ended.</summary>
    public static void End(Activity? span, Transition transition)
    {
        var error = transition switch
        {
            Transition.End { Error: { } message } => message,
            Transition.TryAgain again => again.Reason,
            _ => null,
        };
        if (span is not null && error is not null)
        {
            span.SetStatus(ActivityStatusCode.Error, error).SetTag("error.type", transition.GetType().Name);
        }
    }

    private static Activity? StartAside(string name, Delivery message, ActivityContext cause)
    {
        if (!Enabled)
        {
            return null;
        }

        var current = Activity.Current;
        var (parent, links) = Cause(cause, message);
        var span = Source.StartActivity(ActivityKind.Consumer, parent, links: links, name: $"process {name}");
        Activity.Current = current;
        if (span is { IsAllDataRequested: true })
        {
            Describe(span, message);
        }

        return span;
    }

    private static (ActivityContext Parent, ActivityLink[]? Links) Cause(ActivityContext own, Delivery? message)
    {
        var received = Activity.Current?.Context ?? default;
        var sent = message is null ? default : MessageSpans.Context(message.Properties);
        if (own == default || received.TraceId == own.TraceId)
        {
            return (received, null);
        }

        var link = received == default ? sent : received;
        return (sent.TraceId == own.TraceId ? sent : own, link == default ? null : [new ActivityLink(link)]);
    }

    private static void Describe(Activity span, Delivery? message)
    {
        span.AddTag("messaging.system", "rabbitmq").AddTag("messaging.operation.name", "process").AddTag("messaging.operation.type", "process");
        if (message is null)
        {
            return;
        }

        span.AddTag("messaging.destination.name", MessageSpans.Destination(message.Exchange, message.RoutingKey, message.Queue))
            .AddTag("messaging.rabbitmq.destination.routing_key", message.RoutingKey)
            .AddTag("messaging.rabbitmq.message.delivery_tag", (long)message.Tag)
            .AddTag("server.address", message.Subscription.Broker.HostName)
            .AddTag("server.port", message.Subscription.Broker.Port);
        if (message.Properties.MessageId is { } id)
        {
            span.AddTag("messaging.message.id", id);
        }
    }
}
