namespace AsyncStack.Bench.Load;

/// <summary>A job that was answered with 202.</summary>
/// <param name="Id">The id it was given.</param>
/// <param name="SentAt">When its request was sent, by this machine's clock, which is the database's too.</param>
/// <param name="Latency">From sending the request to having the answer.</param>
internal readonly record struct Submitted(Guid Id, DateTimeOffset SentAt, TimeSpan Latency);

/// <param name="Started">When the first request was sent.</param>
/// <param name="Elapsed">From the first request to the last answer.</param>
/// <param name="Accepted">Every job that was answered with 202.</param>
/// <param name="Refused">How many requests got any other answer.</param>
internal sealed record LoadResult(DateTimeOffset Started, TimeSpan Elapsed, IReadOnlyList<Submitted> Accepted, int Refused)
{
    public double AcceptedPerSecond => Accepted.Count / Elapsed.TotalSeconds;
}
