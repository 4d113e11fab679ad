using AsyncStack.Api.Queues;
using AsyncStack.Api.Stats;

namespace AsyncStack.Api.Tests.Queues;

public sealed class QueueRatesTests
{
    [Fact]
    public void Channels_that_opened_count_from_nothing_and_those_that_closed_take_nothing_away()
    {
        var earlier = Look(("queue_messages_published_total", "stays", 10), ("queue_messages_published_total", "closes", 500));
        var later = Look(
            ("queue_messages_published_total", "stays", 30), ("queue_messages_published_total", "opens", 5), ("channel_messages_acked_total", "stays", 50));

        var rates = QueueRates.Between(earlier, later, TimeSpan.FromSeconds(10));

        Assert.Equal((2.5, 5.0), rates["q"]);
    }

    [Fact]
    public void Metrics_of_channels_are_read_by_their_queue_in_this_virtual_host_only()
    {
        const string text = """
            # TYPE rabbitmq_detailed_queue_messages_published_total counter
            rabbitmq_detailed_queue_messages_published_total{channel="<0.1.0>",queue_vhost="/",queue="a",exchange_vhost="/",exchange="x"} 7
            rabbitmq_detailed_queue_messages_published_total{channel="<0.1.0>",queue_vhost="other",queue="a",exchange_vhost="/",exchange="x"} 9
            rabbitmq_detailed_queue_messages_unacked{vhost="/",queue="b"} 2
            """;

        var metrics = BrokerMetrics.Parse(text, "/").Select(m => (m.Metric, m.Queue, m.Value));

        Assert.Equal([("queue_messages_published_total", "a", 7), ("queue_messages_unacked", "b", 2)], metrics);
    }

    private static QueueRates.Look Look(params (string Metric, string Series, double Value)[] metrics) =>
        new(0, [.. metrics.Select(m => new QueueMetric(m.Metric, m.Series, "q", m.Value))]);
}
