using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace AsyncStack.Api.Stats;

/// <summary>A number that the broker tells of a queue.</summary>
/// <param name="Metric">What it counts.</param>
/// <param name="Series">The labels: a metric may be told by channel too.</param>
/// <param name="Queue">The queue.</param>
/// <param name="Value">The number.</param>
internal readonly record struct QueueMetric(string Metric, string Series, string Queue, double Value);

/// <summary>
/// Asks RabbitMQ's Prometheus plugin (<c>/metrics/detailed</c>) about queues: each node tells of those it leads, counted at its tick.
/// </summary>
internal sealed partial class BrokerMetrics(IHttpClientFactory clients, IConnectionFactory broker, IOptions<StatsOptions> options)
{
    /// <summary>The name of its HTTP client.</summary>
    public const string Client = "broker-metrics";

    /// <summary>What all nodes tell of these families.</summary>
    /// <exception cref="StatsMissingException">There is no address to ask, or no answer.</exception>
    public async Task<List<QueueMetric>> ReadAsync(string[] families, CancellationToken cancellationToken)
    {
        if (options.Value.BrokerMetrics.Count == 0)
        {
            throw new StatsMissingException("Stats:BrokerMetrics names no address of RabbitMQ's Prometheus plugin");
        }

        var path = "/metrics/detailed?" + string.Join('&', families.Select(f => "family=" + f));
        var texts = await Task.WhenAll(options.Value.BrokerMetrics.Select(node => ReadAsync(new Uri(node, path), cancellationToken)));
        return [.. texts.SelectMany(text => Parse(text, broker.VirtualHost))];
    }

    internal static IEnumerable<QueueMetric> Parse(string text, string virtualHost)
    {
        foreach (Match line in Lines().Matches(text))
        {
            var series = line.Groups["labels"].Value;
            var labels = Labels().Matches(series)
                .ToDictionary(l => l.Groups["name"].Value, l => Unescape(l.Groups["value"].Value), StringComparer.Ordinal);
            var home = labels.GetValueOrDefault("vhost") ?? labels.GetValueOrDefault("queue_vhost");
            if (labels.TryGetValue("queue", out var queue) && home == virtualHost)
            {
                yield return new QueueMetric(
                    line.Groups["metric"].Value, series, queue, double.Parse(line.Groups["value"].Value, CultureInfo.InvariantCulture));
            }
        }
    }

    private async Task<string> ReadAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var client = clients.CreateClient(Client);
            return await client.GetStringAsync(address, cancellationToken);
        }
        catch (HttpRequestException)
        {
            throw new StatsMissingException("RabbitMQ's metrics do not answer");
        }
    }

    private static string Unescape(string value) =>
        value.Contains('\\') ? Escape().Replace(value, e => e.Value == "\\n" ? "\n" : e.Value[1..]) : value;

    [GeneratedRegex("""^rabbitmq_detailed_(?<metric>\w+)\{(?<labels>.*)\} (?<value>[0-9.eE+]+)\r?$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Lines();

    [GeneratedRegex("""(?<name>\w+)=["](?<value>([^"\\]|\\.)*)["]""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Labels();

    [GeneratedRegex("""\\.""", RegexOptions.None, 1000)]
    private static partial Regex Escape();
}
