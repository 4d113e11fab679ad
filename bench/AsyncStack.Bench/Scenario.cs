using AsyncStack.Bench.Callbacks;
using AsyncStack.Bench.Jobs;
using AsyncStack.Bench.Load;
using AsyncStack.Bench.Reporting;

namespace AsyncStack.Bench;

/// <summary>A request that submits one job, with an API key where one is wanted.</summary>
internal sealed record Submission(Uri Address, string Json, string? Key = null)
{
    public byte[] Request { get; } = LeanConnection.Post(Address, Json);
}

/// <summary>The phases that every system goes through, each checked for jobs lost, run twice or invented.</summary>
/// <param name="jobs">The system's table of jobs.</param>
/// <param name="figures">Takes what is measured.</param>
internal sealed class Scenario(JobTable jobs, SystemFigures figures)
{
    private const int Connections = 128;
    private const int SteadyRate = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    public async Task WarmUpAsync(Submission submission, int count, CancellationToken cancellationToken)
    {
        await ClosedLoop.RunAsync(submission.Address, submission.Request, Connections, count, cancellationToken);
        await jobs.DrainAsync(Patience, cancellationToken);
        await jobs.SettleAsync(cancellationToken);
    }

    /// <summary>How fast requests are answered with 202 while the workers run beside it.</summary>
    public async Task AcceptAsync(Submission submission, TimeSpan duration, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetUtcNow();
        figures.Accept = await Wrk.PostAsync(submission, Connections, duration, cancellationToken);
        await jobs.DrainAsync(Patience, cancellationToken);
        var completed = (await jobs.CompletedAsync(started, cancellationToken)).Count;
        var accepted = figures.Accept.Requests - figures.Accept.Refused;
        Note("accept", "requests were refused", figures.Accept.Refused);
        Note("accept", "accepted jobs were lost", Math.Max(0, accepted - completed));
        // wrk hangs up on its last requests, whose jobs may have been accepted all the same: one a connection at most.
        Note("accept", "jobs were completed that nobody submitted", Math.Max(0, completed - accepted - Connections));
        await jobs.SettleAsync(cancellationToken);
    }

    /// <summary>Submits as fast as is answered; the rate counts from the first request to the last completion.</summary>
    public async Task<EndToEndFigures> EndToEndAsync(
        Submission submission, int count, CallbackReceiver? receiver, CancellationToken cancellationToken)
    {
        var load = await ClosedLoop.RunAsync(submission.Address, submission.Request, Connections, count, cancellationToken);
        var completed = await CheckAsync("end to end", load, receiver, cancellationToken);
        await jobs.SettleAsync(cancellationToken);
        var lastCallback = receiver is null ? (DateTimeOffset?)null : load.Accepted.Max(x => receiver.TimeOf(x.Id));
        return new EndToEndFigures(
            load.AcceptedPerSecond,
            load.Accepted.Count / (completed.Values.Max(x => x.FinishedAt) - load.Started).TotalSeconds,
            load.Accepted.Count / (lastCallback - load.Started)?.TotalSeconds);
    }

    public async Task LatencyAsync(
        Submission submission, TimeSpan duration, CallbackReceiver? receiver, CancellationToken cancellationToken)
    {
        await OpenLoop.RunAsync(submission.Address, submission.Request, SteadyRate, TimeSpan.FromSeconds(3), cancellationToken);
        var load = await OpenLoop.RunAsync(submission.Address, submission.Request, SteadyRate, duration, cancellationToken);
        var completed = await CheckAsync("steady rate", load, receiver, cancellationToken);
        figures.Latency = new LatencyFigures(
            Percentiles.Of(load.Accepted.Select(x => x.Latency)),
            Percentiles.Of(load.Accepted.Select(x => completed[x.Id].FinishedAt - x.SentAt)),
            receiver is null ? null : Percentiles.Of(load.Accepted.Select(x => receiver.TimeOf(x.Id) - x.SentAt)));
    }

    private async Task<Dictionary<Guid, CompletedJob>> CheckAsync(
        string phase, LoadResult load, CallbackReceiver? receiver, CancellationToken cancellationToken)
    {
        await jobs.DrainAsync(Patience, cancellationToken);
        if (receiver is not null)
            await receiver.WaitForAsync(load.Accepted.Select(x => x.Id), Patience, cancellationToken);
        var completed = await jobs.CompletedAsync(load.Started, cancellationToken);
        var lost = load.Accepted.Count(x => !completed.ContainsKey(x.Id));
        Note(phase, "requests were refused", load.Refused);
        Note(phase, "accepted jobs were lost", lost);
        Note(phase, "jobs ran more than once", completed.Values.Count(x => x.Attempt > 1));
        Note(phase, "jobs were completed that nobody submitted", completed.Count - (load.Accepted.Count - lost));
        if (lost > 0)
            throw new InvalidOperationException($"{lost} accepted jobs are not completed.");
        return completed;
    }

    private void Note(string phase, string what, long count)
    {
        if (count > 0)
            figures.Faults.Add($"{phase}: {count} {what}");
    }
}
