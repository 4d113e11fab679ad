using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.DeadLetters;
using AsyncStack.Worker.Execution;
using RabbitMQ.Client;

namespace AsyncStack.Worker.External;

/// <summary>
/// Takes the answers of programs outside: each ends its job; one that its job no longer waits for is dropped; one that
/// belongs to no job of theirs becomes a dead letter.
/// </summary>
public sealed class ExternalResults(
    IConnection connection,
    HandedOverJobs jobs,
    JobFinisher finisher,
    JobTotals totals,
    ResultStore results,
    UnreadableMessages unreadable,
    TimeProvider time,
    ILogger<ExternalResults> logger) : BackgroundService
{
    private const ushort Prefetch = 256;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new QueueBatches(connection, Topology.ExternalResults, Prefetch, HandleAsync, time, logger).RunAsync(stoppingToken);

    private async Task HandleAsync(List<Delivery> batch, CancellationToken cancellationToken)
    {
        using var received = WorkerTracing.StartReceive(batch);
        await Outage.OutlastAsync(
            () => RunOnceAsync(batch, cancellationToken), e => Log.ExternalFailed(logger, batch.Count, e.Message), time, cancellationToken);
    }

    private async Task RunOnceAsync(List<Delivery> batch, CancellationToken cancellationToken)
    {
        var answers = await FindJobsAsync(batch, cancellationToken);
        foreach (var answer in answers.Where(a => a.Refusal is not null))
        {
            await unreadable.KeepAsync(answer.Delivery, answer.Refusal!);
            batch.Remove(answer.Delivery);
        }

        var accepted = answers.Where(a => a.Refusal is null).ToList();
        var spans = accepted.ConvertAll(a => WorkerTracing.StartProcess(a.Delivery, a.Job!.TraceParent));
        try
        {
            await EndAsync(accepted, cancellationToken);
        }
        finally
        {
            spans.ForEach(span => span?.Dispose());
        }

        await Acknowledgements.AckAsync(accepted.Select(a => a.Delivery));
    }

    private async Task<List<ExternalAnswer>> FindJobsAsync(List<Delivery> batch, CancellationToken cancellationToken)
    {
        // Postgres takes no NUL in text, so such an id is certainly unknown.
        var ids = batch.Select(d => d.Properties.CorrelationId).OfType<string>().Where(id => !id.Contains('\0')).ToHashSet(StringComparer.Ordinal);
        var known = await jobs.FindAsync([.. ids], cancellationToken);
        return batch.ConvertAll(d => new ExternalAnswer(
            d, known.GetValueOrDefault(d.Properties.CorrelationId ?? ""), ExternalResult.ToJson(d.Body)));
    }

    private async Task EndAsync(List<ExternalAnswer> answers, CancellationToken cancellationToken)
    {
        foreach (var late in answers.Where(a => !a.Job!.Waits))
        {
            Log.LateResult(logger, late.Job!.Id);
        }

        var finishes = new List<JobFinish>();
        foreach (var answer in answers.Where(a => a.Job!.Waits).DistinctBy(a => a.Job!.Id))
        {
            var (job, attempt) = (answer.Job!.Id, answer.Job.Attempt);
            var (json, uri) = await results.PlaceAsync(job, attempt, answer.Json, null, cancellationToken);
            finishes.Add(new JobFinish(job, attempt, JobState.Completed, json, uri, RootRunId: answer.Job.RootRunId));
        }

        if (finishes.Count > 0)
        {
            WorkerMetrics.CountDatabase("finish");
            totals.CountEnded(finishes, await finisher.FinishAsync(finishes, cancellationToken));
        }
    }
}
