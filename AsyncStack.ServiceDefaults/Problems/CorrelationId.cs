using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.ServiceDefaults.Problems;

/// <summary>Echoes <c>X-Correlation-Id</c>. A value that is too long or has other characters than an id needs is dropped.</summary>
internal sealed class CorrelationId(RequestDelegate next)
{
    private const string Header = "X-Correlation-Id";
    private const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/+=@");

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers.TryGetValue(Header, out var sent) && sent is [{ } id] && IsValid(id))
        {
            // The exception handler clears the headers before it answers: write when the response starts.
            context.Response.OnStarting(static state => Write((HttpContext)state), context);
            Activity.Current?.SetTag("correlation_id", id);
        }

        return next(context);
    }

    internal static bool IsValid(string id) => id.Length is > 0 and <= MaxLength && !id.AsSpan().ContainsAnyExcept(Allowed);

    private static Task Write(HttpContext context)
    {
        context.Response.Headers[Header] = context.Request.Headers[Header];
        return Task.CompletedTask;
    }
}
