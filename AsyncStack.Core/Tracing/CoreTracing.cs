using System.Diagnostics;

namespace AsyncStack.Core.Tracing;

/// <summary>The spans of what the services share: messages sent and received, group commits, object storage. Without a listener nothing is made.</summary>
public static class CoreTracing
{
    public static readonly ActivitySource Source = new("AsyncStack.Core");

    /// <summary>Whether anybody listens, so that it is worth reading and writing trace contexts.</summary>
    public static bool Enabled => Source.HasListeners();

    /// <summary>
    /// A span for work that several traces share. It belongs to the trace of the first cause that is recorded and has links to the others
    /// that are, so that a batch of one reads as if there were no batches.
    /// </summary>
    /// <returns>Null without a listener, and when no cause has a trace.</returns>
    public static Activity? StartShared(string name, ActivityKind kind, IEnumerable<ActivityContext> causes, ActivityTagsCollection? tags = null)
    {
        if (!Enabled)
        {
            return null;
        }

        var parent = default(ActivityContext);
        List<ActivityLink>? links = null;
        foreach (var cause in causes)
        {
            if (cause != default && (parent == default || (IsRecorded(cause) && !IsRecorded(parent))))
            {
                parent = cause;
            }
            else if (IsRecorded(cause) && cause != parent)
            {
                (links ??= []).Add(new ActivityLink(cause));
            }
        }

        return parent == default ? null : Source.StartActivity(name, kind, parent, tags, links);
    }

    /// <summary>Says that the work of the span failed.</summary>
    public static void Fail(this Activity? span, Exception exception)
    {
        if (span is { IsAllDataRequested: true })
        {
            span.SetStatus(ActivityStatusCode.Error, exception.Message).SetTag("error.type", exception.GetType().FullName);
        }
    }

    private static bool IsRecorded(in ActivityContext context) => context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);
}
