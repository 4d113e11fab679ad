namespace AsyncStack.Worker.Execution;

/// <summary>
/// Runs the jobs of one type; one instance serves all of them, several at a time. It returns how the attempt ended; an
/// exception counts as <see cref="JobOutcome.Retry"/> with its message. It should end soon after
/// <see cref="JobContext.CancellationToken"/> is canceled; if it does not, it is abandoned and what it returns is discarded.
/// </summary>
/// <typeparam name="TParams">
/// The payload: read from JSON in snake_case, or <see cref="RawJson"/> to have it as it is. A payload that does not fit
/// fails the job without a retry.
/// </typeparam>
public interface IJobHandler<in TParams>
{
    ValueTask<JobOutcome> RunAsync(TParams parameters, JobContext context);
}

/// <summary>JSON that nobody has taken apart.</summary>
public readonly record struct RawJson(string Text);
