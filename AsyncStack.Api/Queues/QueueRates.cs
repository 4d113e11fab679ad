using AsyncStack.Api.Stats;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Queues;

/// <summary>
/// Messages a second into and out of the queues, between two looks of this process at the broker's totals. The broker adds them up every
/// five seconds, so looks that follow each other closer are compared with an earlier one.
/// </summary>
internal sealed class QueueRates(BrokerMetrics metrics, IOptions<StatsOptions> options, TimeProvider time)
{
    private const string Published = "queue_messages_published_total";
    private const string Acknowledged = "channel_messages_acked_total";

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private static readonly string[] Families = ["channel_queue_metrics", "channel_queue_exchange_metrics"];

    private readonly Lock _lock = new();
    private Look? _earlier;
    private Look? _latest;

    /// <summary>The rates by the queue's name (a queue without traffic is absent), or why there are none.</summary>
    public async Task<(Dictionary<string, (double In, double Out)>? Rates, string? Missing)> ReadAsync()
    {
        using var expiry = new CancellationTokenSource(options.Value.Deadline, time);
        try
        {
            var look = new Look(time.GetTimestamp(), await metrics.ReadAsync(Families, expiry.Token));
            return Earlier(look) is { } earlier
                ? (Between(earlier, look, time.GetElapsedTime(earlier.At, look.At)), null)
                : (null, $"a rate needs two looks at least {Window.TotalSeconds:0} s apart; ask again");
        }
        catch (StatsMissingException exception)
        {
            return (null, exception.Message);
        }
        catch (OperationCanceledException) when (expiry.IsCancellationRequested)
        {
            return (null, $"no answer within {options.Value.Deadline.TotalSeconds:0.###} s");
        }
    }

    internal static Dictionary<string, (double In, double Out)> Between(Look earlier, Look later, TimeSpan elapsed)
    {
        // Totals are told by channel, and those of a closed channel are gone: only what grew counts.
        var before = earlier.Metrics.ToDictionary(m => (m.Metric, m.Series), m => m.Value);
        var grown = later.Metrics.Select(m => (m.Queue, m.Metric, By: Math.Max(0, m.Value - before.GetValueOrDefault((m.Metric, m.Series)))));
        return grown.GroupBy(g => g.Queue, StringComparer.Ordinal).ToDictionary(q => q.Key, q => (Rate(q, Published), Rate(q, Acknowledged)), StringComparer.Ordinal);

        double Rate(IEnumerable<(string Queue, string Metric, double By)> queue, string metric) =>
            Math.Round(queue.Where(g => g.Metric == metric).Sum(g => g.By) / elapsed.TotalSeconds, 3);
    }

    private Look? Earlier(Look look)
    {
        lock (_lock)
        {
            if (_latest is null)
            {
                _latest = look;
            }
            else if (time.GetElapsedTime(_latest.At, look.At) >= Window)
            {
                (_earlier, _latest) = (_latest, look);
            }

            return _earlier;
        }
    }

    /// <summary>The totals at a time.</summary>
    internal sealed record Look(long At, IReadOnlyList<QueueMetric> Metrics);
}
