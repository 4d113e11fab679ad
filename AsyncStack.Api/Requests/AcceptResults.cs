using AsyncStack.Api.Accepting;

namespace AsyncStack.Api.Requests;

/// <summary>Turns what became of a submission into an answer.</summary>
internal static class AcceptResults
{
    public static IResult ToResult(this AcceptOutcome outcome, Submission job, HttpResponse response)
    {
        switch (outcome)
        {
            case AcceptOutcome.Refused refused:
                return refused.Answer;
            case AcceptOutcome.CorrelationIdTaken:
                return Results.Problem(
                    $"Another job has the correlation_id '{job.CorrelationId}'. Send another one, or none to have one made.",
                    statusCode: StatusCodes.Status409Conflict);
            case AcceptOutcome.Busy:
                response.Headers.RetryAfter = "1";
                return Results.Problem(
                    "More jobs wait to be committed than this server may hold. Send it again after a moment.",
                    statusCode: StatusCodes.Status503ServiceUnavailable);
            default:
                return CreatedResults.ToResult(outcome, job.Answer, job.Key, response);
        }
    }
}
