using System.Diagnostics;

namespace AsyncStack.Core.Tracing;

/// <summary>Trace contexts as they stand in rows and message headers: W3C <c>traceparent</c>.</summary>
public static class TraceParent
{
    /// <summary>Its name among the headers of a message.</summary>
    public const string Header = "traceparent";

    /// <summary>Reads one that comes from elsewhere; what is none is the default.</summary>
    public static ActivityContext Parse(string? text) =>
        ActivityContext.TryParse(text, null, isRemote: true, out var context) ? context : default;

    /// <summary>The current span if it belongs to the trace of <paramref name="own"/>, to which it is the closer parent; else <paramref name="own"/>.</summary>
    public static string? Closest(string? own) =>
        own is not null && Activity.Current is { } current && Parse(own).TraceId == current.TraceId ? current.Id : own;
}
