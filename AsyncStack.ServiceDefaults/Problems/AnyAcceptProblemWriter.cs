using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace AsyncStack.ServiceDefaults.Problems;

/// <summary>Tells problems as JSON even to a client that asked for something else: better than an empty body.</summary>
internal sealed class AnyAcceptProblemWriter(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        options.Value.CustomizeProblemDetails?.Invoke(context);
        var problem = context.ProblemDetails;
        // By its own type, as a validation problem has errors besides.
        await context.HttpContext.Response.WriteAsJsonAsync(
            problem, problem.GetType(), options: null, "application/problem+json", context.HttpContext.RequestAborted);
    }
}
