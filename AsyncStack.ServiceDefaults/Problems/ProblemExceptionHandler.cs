using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AsyncStack.ServiceDefaults.Problems;

/// <summary>Answers what a handler threw: bad requests as such, absent dependencies as 503, all else as 500.</summary>
internal sealed class ProblemExceptionHandler(IProblemDetailsService problems, ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    private const string RetryAfterSeconds = "2";

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var problem = ExceptionProblem.From(exception);
        LogProblem(context.Request, exception, problem);
        context.Response.StatusCode = problem.Status!.Value;
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return await problems.TryWriteAsync(new() { HttpContext = context, ProblemDetails = problem, Exception = exception });
    }

    private void LogProblem(HttpRequest request, Exception exception, Microsoft.AspNetCore.Mvc.ProblemDetails problem)
    {
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            Log.DependencyUnavailable(logger, request.Method, request.Path, exception.GetBaseException().Message);
        else if (problem.Status >= StatusCodes.Status500InternalServerError)
            Log.RequestFailed(logger, request.Method, request.Path, exception);
    }
}
