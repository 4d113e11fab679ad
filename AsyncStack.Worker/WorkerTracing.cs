using System.Diagnostics;
using AsyncStack.Core.DeadLetters;
using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.Events;
using AsyncStack.Worker.Execution;

namespace AsyncStack.Worker;

/// <summary>
/// Spans by OpenTelemetry's messaging conventions: a job's <c>process</c> span continues the trace of the request that
/// submitted it and links to the message that brought it. Without a listener nothing is made.
/// </summary>
public static class WorkerTracing
{
    public static readonly ActivitySource Source = new("AsyncStack.Worker");

    /// <summary>Whether anybody listens, so that it is worth reading trace contexts.</summary>
    public static bool Enabled => Source.HasListeners();

    /// <summary>A link to the span that published the message; null when there is none.</summary>
    public static ActivityLink? LinkTo(Delivery? message) =>
        message is not null
        && Source.HasListeners()
        && ActivityContext.TryParse(MessageHeaders.Text(message.Properties, "traceparent"), null, isRemote: true, out var context)
            ? new ActivityLink(context)
            : null;

    public static Activity? StartProcess(Guid id, string jobType, int attempt, string? traceParent, ActivityLink? message)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        _ = ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        var span = Source.StartActivity(
            ActivityKind.Consumer, parent, links: message is { } link ? [link] : null, name: $"process {jobType}");
        return span?
            .SetTag("messaging.system", "rabbitmq")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.operation.name", "process")
            .SetTag("asyncstack.job.id", id)
            .SetTag("asyncstack.job.type", jobType)
            .SetTag("asyncstack.job.attempt", attempt);
    }

    /// <summary>The span of an event's handling, a child of what caused the event.</summary>
    public static Activity? StartProcess(EventMessage message)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        _ = ActivityContext.TryParse(message.TraceParent, null, isRemote: true, out var parent);
        // Many are handled together, so none may be the current one of what comes after it.
        var current = Activity.Current;
        var span = Source.StartActivity($"process {message.Type}", ActivityKind.Consumer, parent);
        Activity.Current = current;
        return span?
            .SetTag("messaging.system", "rabbitmq")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.operation.name", "process")
            .SetTag("messaging.message.id", message.Id)
            .SetTag("messaging.destination.name", message.Delivery.Queue);
    }

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
}
