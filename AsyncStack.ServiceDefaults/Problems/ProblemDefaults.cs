using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.ServiceDefaults.Problems;

/// <summary>Errors are <c>application/problem+json</c> with type, title, status, detail and trace_id, whoever raises them.</summary>
internal static class ProblemDefaults
{
    public static void AddProblems(this IHostApplicationBuilder builder)
    {
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = Complete);
        // After the framework's writer, which declines when Accept names no JSON.
        builder.Services.AddSingleton<IProblemDetailsWriter, AnyAcceptProblemWriter>();
        builder.Services.AddExceptionHandler<ProblemExceptionHandler>();
        // Binding failures reach the handler, which tells what was wrong, instead of becoming an empty 400.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    internal static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var status = problem.Status ??= context.HttpContext.Response.StatusCode;
        problem.Type ??= "about:blank";
        problem.Title ??= ReasonPhrases.GetReasonPhrase(status);
        problem.Detail ??= DefaultDetail(status, context.HttpContext.Request);
        problem.Extensions.Remove("traceId");
        problem.Extensions["trace_id"] = TraceId(context.HttpContext);
    }

    internal static string TraceId(HttpContext context) =>
        Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    private static string DefaultDetail(int status, HttpRequest request) => status switch
    {
        StatusCodes.Status401Unauthorized => "The request carries no valid credentials.",
        StatusCodes.Status403Forbidden => "The credentials do not allow this.",
        StatusCodes.Status404NotFound => $"Nothing is found at {request.Path}.",
        StatusCodes.Status405MethodNotAllowed => $"{request.Method} is not offered at {request.Path}.",
        StatusCodes.Status413PayloadTooLarge => "The body is larger than is accepted here.",
        StatusCodes.Status415UnsupportedMediaType => $"The content type '{request.ContentType}' is not accepted here.",
        StatusCodes.Status429TooManyRequests => "Too many requests; try again later.",
        StatusCodes.Status503ServiceUnavailable => "A dependency is not available; try again later.",
        >= 500 => "The request failed for a reason within the service; its log has the details under this trace_id.",
        _ => "The request is not acceptable.",
    };
}
