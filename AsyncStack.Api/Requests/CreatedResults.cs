using AsyncStack.Api.Accepting;

namespace AsyncStack.Api.Requests;

/// <summary>Turns what became of a request to create something into an answer.</summary>
internal static class CreatedResults
{
    public static IResult ToResult(AcceptOutcome outcome, JobAnswer answer, IdempotencyKey? key, HttpResponse response)
    {
        switch (outcome)
        {
            case AcceptOutcome.Accepted:
                return Created(answer, response);
            case AcceptOutcome.Repeated repeated:
                return Created(repeated.Answer, response);
            case AcceptOutcome.KeyReused:
                return Results.Problem(
                    $"The Idempotency-Key '{key!.Value}' was used with another body. Send a new key for a new request.",
                    statusCode: StatusCodes.Status422UnprocessableEntity);
            default:
                response.Headers.RetryAfter = "1";
                return Results.Problem(
                    $"A request with the Idempotency-Key '{key!.Value}' is still in flight. Repeat it in a moment.",
                    statusCode: StatusCodes.Status409Conflict);
        }
    }

    private static IResult Created(JobAnswer answer, HttpResponse response)
    {
        response.Headers.Location = answer.Location;
        return Results.Text(answer.Body, "application/json", statusCode: answer.Status);
    }
}
