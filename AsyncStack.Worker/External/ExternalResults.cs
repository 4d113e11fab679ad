using System.Threading.Channels;
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

    private readonly Channel<Delivery> _deliveries = Channel.CreateUnbounded<Delivery>(new() { SingleReader = true });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var consumer = new QueueConsumer(
            connection, Topology.ExternalResults, Prefetch, d => _deliveries.Writer.WriteAsync(d, CancellationToken.None), time, logger);
        await consumer.StartAsync(stoppingToken);
        while (await _deliveries.Reader.WaitToReadAsync(stoppingToken))
        {
            var batch = new List<Delivery>();
            while (batch.Count < Prefetch && _deliveries.Reader.TryRead(out var delivery))
            {
                batch.Add(delivery);
            }

            await Outage.OutlastAsync(
                () => RunOnceAsync(batch, stoppingToken), e => Log.ExternalFailed(logger, batch.Count, e.Message), time, stoppingToken);
        }
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
        await EndAsync(accepted, cancellationToken);
        foreach (var channel in accepted.GroupBy(a => a.Delivery.Subscription, a => a.Delivery.Tag))
        {
            await channel.Key.AckAsync([.. channel]);
        }
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
            finishes.Add(new JobFinish(job, attempt, JobState.Completed, json, uri));
        }

        if (finishes.Count > 0)
        {
            WorkerMetrics.CountDatabase("finish");
            totals.CountEnded(finishes, await finisher.FinishAsync(finishes, cancellationToken));
        }
    }
}
