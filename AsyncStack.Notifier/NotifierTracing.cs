using System.Diagnostics;
using AsyncStack.Core.Tracing;
using AsyncStack.Notifier.Delivery;

namespace AsyncStack.Notifier;

/// <summary>Spans of webhook delivery: one for an attempt with its record, and in it one by OpenTelemetry's conventions for HTTP clients.</summary>
internal static class NotifierTracing
{
    private static readonly ActivitySource Source = new("AsyncStack.Notifier");

    /// <summary>An attempt, from its slot until it is recorded, within the trace of its job.</summary>
    public static Activity? StartDelivery(PendingDelivery delivery) =>
        Source.HasListeners()
            ? Source.StartActivity("deliver webhook", ActivityKind.Internal, TraceParent.Parse(delivery.TraceParent))
                ?.SetTag("asyncstack.webhook.id", delivery.MessageId)
                .SetTag("asyncstack.webhook.attempt", delivery.Attempts + 1)
            : null;

    /// <summary>Its request. The address is told without what may be secret in it: user, password and query.</summary>
    public static Activity? StartRequest(PendingDelivery delivery)
    {
        var attempt = Activity.Current?.Context ?? TraceParent.Parse(delivery.TraceParent);
        if (Source.StartActivity("POST", ActivityKind.Client, attempt) is not { } span)
        {
            return null;
        }

        span.SetTag("http.request.method", "POST");
        if (Uri.TryCreate(delivery.TargetUrl, UriKind.Absolute, out var url))
        {
            span.SetTag("server.address", url.Host)
                .SetTag("server.port", url.Port)
                .SetTag("url.full", url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));
        }

        return delivery.Attempts == 0 ? span : span.SetTag("http.request.resend_count", delivery.Attempts);
    }

    /// <summary>Says what came of the request.</summary>
    public static void End(Activity? span, AttemptResult result)
    {
        if (span is null)
        {
            return;
        }

        if (result.Status is { } status)
        {
            span.SetTag("http.response.status_code", status);
        }

        if (result.Status is null or >= StatusCodes.Status400BadRequest)
        {
            span.SetTag("error.type", result.Status?.ToString() ?? result.ErrorType ?? "_OTHER").SetStatus(ActivityStatusCode.Error, result.Error);
        }
    }
}
