using AsyncStack.Api.Accepting;

namespace AsyncStack.Api.Requests;

/// <summary>Turns what became of a submission into an answer.</summary>
internal static class AcceptResults
{
    public static IResult ToResult(this AcceptOutcome outcome, Submission job, HttpResponse response)
    {
        switch (outcome)
        {
            case AcceptOutcome.Accepted:
                return ToResult(job.Answer, response);
            case AcceptOutcome.Repeated repeated:
                return ToResult(repeated.Answer, response);
            case AcceptOutcome.Refused refused:
                return refused.Answer;
            case AcceptOutcome.CorrelationIdTaken:
                return Results.Problem(
                    $"Another job has the correlation_id '{job.CorrelationId}'. Send another one, or none to have one made.",
                    statusCode: StatusCodes.Status409Conflict);
            case AcceptOutcome.KeyReused:
                return Results.Problem(
                    $"The Idempotency-Key '{job.Key!.Value}' was used with another body. Send a new key for a new request.",
                    statusCode: StatusCodes.Status422UnprocessableEntity);
            case AcceptOutcome.Busy:
                response.Headers.RetryAfter = "1";
                return Results.Problem(
                    "More jobs wait to be committed than this server may hold. Send it again after a moment.",
                    statusCode: StatusCodes.Status503ServiceUnavailable);
            default:
                response.Headers.RetryAfter = "1";
                return Results.Problem(
                    $"A request with the Idempotency-Key '{job.Key!.Value}' is still in flight. Repeat it in a moment.",
                    statusCode: StatusCodes.Status409Conflict);
        }
    }

    private static IResult ToResult(JobAnswer answer, HttpResponse response)
    {
        response.Headers.Location = answer.Location;
        return Results.Text(answer.Body, "application/json", statusCode: answer.Status);
    }
}
