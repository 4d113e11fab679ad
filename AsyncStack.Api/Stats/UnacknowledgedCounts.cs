using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace AsyncStack.Api.Stats;

/// <summary>
/// Unacknowledged messages of the queues as RabbitMQ's Prometheus plugin tells them (<c>/metrics/detailed</c>): each node tells of
/// the queues it leads, counted at its tick.
/// </summary>
internal sealed partial class UnacknowledgedCounts(
    IHttpClientFactory clients, IConnectionFactory broker, IOptions<StatsOptions> options)
{
    /// <summary>The name of its HTTP client.</summary>
    public const string Client = "broker-metrics";

    private const string Path = "/metrics/detailed?family=queue_coarse_metrics";

    /// <summary>By the queue's name; a queue that has not been counted yet is absent.</summary>
    /// <exception cref="StatsMissingException">There is no address to ask, or no answer.</exception>
    public async Task<Dictionary<string, long>> ReadAsync(CancellationToken cancellationToken)
    {
        if (options.Value.BrokerMetrics.Count == 0)
        {
            throw new StatsMissingException("Stats:BrokerMetrics names no address of RabbitMQ's Prometheus plugin");
        }

        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var text in await Task.WhenAll(options.Value.BrokerMetrics.Select(node => ReadAsync(node, cancellationToken))))
        {
            foreach (var (queue, count) in Parse(text, broker.VirtualHost))
            {
                counts[queue] = counts.GetValueOrDefault(queue) + count;
            }
        }

        return counts;
    }

    internal static IEnumerable<(string Queue, long Count)> Parse(string text, string virtualHost)
    {
        foreach (Match line in Lines().Matches(text))
        {
            var labels = Labels().Matches(line.Groups["labels"].Value)
                .ToDictionary(l => l.Groups["name"].Value, l => Unescape(l.Groups["value"].Value), StringComparer.Ordinal);
            if (labels.TryGetValue("queue", out var queue) && labels.GetValueOrDefault("vhost") == virtualHost)
            {
                yield return (queue, (long)double.Parse(line.Groups["value"].Value, CultureInfo.InvariantCulture));
            }
        }
    }

    private async Task<string> ReadAsync(Uri node, CancellationToken cancellationToken)
    {
        try
        {
            using var client = clients.CreateClient(Client);
            return await client.GetStringAsync(new Uri(node, Path), cancellationToken);
        }
        catch (HttpRequestException)
        {
            throw new StatsMissingException("RabbitMQ's metrics do not answer");
        }
    }

    private static string Unescape(string value) =>
        value.Contains('\\') ? Escape().Replace(value, e => e.Value == "\\n" ? "\n" : e.Value[1..]) : value;

    [GeneratedRegex("""^rabbitmq_detailed_queue_messages_unacked\{(?<labels>.*)\} (?<value>[0-9.eE+]+)\r?$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Lines();

    [GeneratedRegex("""(?<name>\w+)=["](?<value>([^"\\]|\\.)*)["]""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Labels();

    [GeneratedRegex("""\\.""", RegexOptions.None, 1000)]
    private static partial Regex Escape();
}
