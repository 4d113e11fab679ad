using AsyncStack.Core.Tracing;
using Microsoft.Extensions.Options;

namespace AsyncStack.Notifier.Delivery;

/// <summary>Sends what lies in the lanes and records it; on stop it lets requests in flight end and leaves the rest to its lease.</summary>
internal sealed class DeliveryDispatcher(
    TargetLanes lanes,
    WebhookSender sender,
    AttemptRecorder recorder,
    DueSignal due,
    NotifierMetrics metrics,
    IOptions<NotifierOptions> options,
    TimeProvider time,
    ILogger<DeliveryDispatcher> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _abandon = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource _room = new();
    private volatile bool _stopping;
    private int _active;

    /// <summary>Sends a delivery that room was made for, as soon as a slot is free.</summary>
    public void Dispatch(PendingDelivery delivery)
    {
        lanes.Enqueue(delivery);
        StartSends();
    }

    /// <summary>
    /// Lets the broker hold what comes next while a target that answers quickly catches up, for which Postgres would be a detour.
    /// </summary>
    public async Task WaitWhileCrowdedAsync(CancellationToken cancellationToken)
    {
        if (!lanes.IsCrowded())
        {
            return;
        }

        // Set before the second look, so that room made in between is not missed.
        var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _room = room;
        if (lanes.IsCrowded())
        {
            await Task.WhenAny(room.Task, Task.Delay(LongestWait, time, cancellationToken));
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        SignalWhenDrained();
        try
        {
            await _drained.Task.WaitAsync(options.Value.ShutdownGrace, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            Log.InFlightAbandoned(logger, Volatile.Read(ref _active));
            await _abandon.CancelAsync();
        }
    }

    public void Dispose() => _abandon.Dispose();

    private void StartSends()
    {
        while (!_stopping && lanes.TryTake(out var delivery))
        {
            var taken = delivery;
            Interlocked.Increment(ref _active);
            // Who frees a slot starts another's delivery, which must not run within the trace of his.
            using (ExecutionContext.SuppressFlow())
            {
                _ = Task.Run(() => RunAsync(taken));
            }
        }
    }

    private async Task RunAsync(PendingDelivery delivery)
    {
        using var span = NotifierTracing.StartDelivery(delivery);
        try
        {
            if (await SendAsync(delivery) is { } result)
            {
                await RecordAsync(delivery, result);
            }
        }
        catch (Exception exception)
        {
            metrics.Unrecorded();
            span.Fail(exception);
            Log.AttemptLost(logger, delivery.Id, exception.Message);
        }

        if (lanes.Finish(delivery))
        {
            due.Set();
            _room.TrySetResult();
        }

        Interlocked.Decrement(ref _active);
        SignalWhenDrained();
    }

    // The slot is free with the answer: the record may share its commit with many, which the next request need not wait for.
    private async Task<AttemptResult?> SendAsync(PendingDelivery delivery)
    {
        try
        {
            // Past this point another notifier could take it before this one has recorded the attempt.
            if (delivery.LeaseUntil - time.GetUtcNow() <= options.Value.RequestTimeout)
            {
                return null;
            }

            var result = await sender.SendAsync(delivery, _abandon.Token);
            lanes.Judge(delivery.Target, result.Status is null && !result.Refused ? null : result.Duration);
            return result;
        }
        finally
        {
            lanes.FreeSlot(delivery.Target);
            StartSends();
        }
    }

    private async Task RecordAsync(PendingDelivery delivery, AttemptResult result)
    {
        var attempt = delivery.Attempts + 1;
        var outcome = DeliveryOutcome.Decide(
            result, attempt, options.Value.Schedule, options.Value.MaxRetryAfter, Random.Shared.NextDouble());
        metrics.Attempted(result, outcome);
        LogFailure(delivery, attempt, result, outcome);
        if (!await recorder.RecordAsync(delivery, result, outcome, _abandon.Token))
        {
            metrics.Unrecorded();
        }
        else if (outcome is DeliveryOutcome.RetryAt retry)
        {
            due.SetNotLaterThan(retry.At);
        }
    }

    private void LogFailure(PendingDelivery delivery, int attempt, AttemptResult result, DeliveryOutcome outcome)
    {
        switch (outcome)
        {
            case DeliveryOutcome.Delivered:
                break;
            case DeliveryOutcome.RetryAt:
                Log.AttemptFailed(logger, delivery.Id, attempt, delivery.Target, result.Error!);
                break;
            default:
                Log.DeliveryDead(logger, delivery.Id, attempt, delivery.Target, result.Error!);
                break;
        }
    }

    private void SignalWhenDrained()
    {
        if (_stopping && Volatile.Read(ref _active) == 0)
        {
            _drained.TrySetResult();
        }
    }
}
