using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace AsyncStack.ServiceDefaults.Problems;

/// <summary>Tells problems as JSON even to a client that asked for something else: better than an empty body.</summary>
internal sealed class AnyAcceptProblemWriter(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        problem.Status ??= context.HttpContext.Response.StatusCode;
        // Gives it the type and title that the framework's writer gives.
        _ = TypedResults.Problem(problem);
        options.Value.CustomizeProblemDetails?.Invoke(context);
        // By its own type, as a validation problem has errors besides.
        await context.HttpContext.Response.WriteAsJsonAsync(
            problem, problem.GetType(), options: null, "application/problem+json", context.HttpContext.RequestAborted);
    }
}
