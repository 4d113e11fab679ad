using System.Diagnostics.Metrics;
using AsyncStack.Notifier.Delivery;

namespace AsyncStack.Notifier;

/// <summary>Instruments of webhook delivery; the meter is <c>AsyncStack.Notifier</c>.</summary>
internal sealed class NotifierMetrics
{
    private readonly Counter<long> _created;
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _abandoned;

    public NotifierMetrics(IMeterFactory meters, TargetLanes lanes)
    {
        var meter = meters.Create("AsyncStack.Notifier");
        _created = meter.CreateCounter<long>("asyncstack.webhook.deliveries", "{delivery}", "Deliveries created");
        _attempts = meter.CreateCounter<long>("asyncstack.webhook.attempts", "{attempt}", "Attempts made, by outcome");
        _duration = meter.CreateHistogram<double>(
            "asyncstack.webhook.duration",
            "s",
            "Time until a target's answer, or until none was awaited any more",
            advice: new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15] });
        _abandoned = meter.CreateCounter<long>(
            "asyncstack.webhook.unrecorded", "{attempt}", "Attempts whose record failed or was counted by another notifier");
        meter.CreateObservableGauge("asyncstack.webhook.held", () => lanes.Held, "{delivery}", "Deliveries in memory");
        meter.CreateObservableGauge("asyncstack.webhook.in_flight", () => lanes.Running, "{request}", "Requests in flight");
    }

    public void Created(int deliveries) => _created.Add(deliveries);

    public void Attempted(AttemptResult result, DeliveryOutcome outcome)
    {
        _attempts.Add(1, new KeyValuePair<string, object?>("outcome", Name(result, outcome)));
        _duration.Record(result.Duration.TotalSeconds);
    }

    public void Unrecorded() => _abandoned.Add(1);

    private static string Name(AttemptResult result, DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Delivered => "delivered",
        DeliveryOutcome.RetryAt => "retry",
        DeliveryOutcome.DisableTarget => "gone",
        _ => result.Refused ? "refused" : "dead",
    };
}
