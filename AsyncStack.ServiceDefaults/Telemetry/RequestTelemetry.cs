using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace AsyncStack.ServiceDefaults.Telemetry;

/// <summary>
/// Completes what .NET's server span leaves out (route, status code, name) and counts the request.
/// Runs outside of the exception handler, so that the status it sees is the one sent.
/// </summary>
internal sealed class RequestTelemetry(RequestDelegate next, HttpInstruments instruments)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var endpoint = context.GetEndpoint();
        var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText;
        var activity = context.Features.Get<IHttpActivityFeature>()?.Activity;
        if (activity is not null && endpoint?.Metadata.GetMetadata<Probe>() is not null)
            activity.Untrace();

        var status = StatusCodes.Status500InternalServerError;
        try
        {
            await next(context);
            status = context.Response.StatusCode;
        }
        finally
        {
            var method = HttpInstruments.KnownMethod(context.Request.Method);
            instruments.Record(method, route, status, Stopwatch.GetElapsedTime(started));
            if (activity is { IsAllDataRequested: true })
                Complete(activity, method, route, status);
        }
    }

    private static void Complete(Activity activity, string method, string? route, int status)
    {
        activity.DisplayName = route is null ? method : $"{method} {route}";
        activity.SetTag("http.response.status_code", status);
        if (route is not null)
            activity.SetTag("http.route", route);
        if (status < StatusCodes.Status500InternalServerError)
            return;
        activity.SetTag("error.type", status.ToString());
        activity.SetStatus(ActivityStatusCode.Error);
    }
}
