using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.Stats;

/// <summary>Settings of <c>/stats</c>, section <c>Stats</c>.</summary>
internal sealed class StatsOptions
{
    /// <summary>How long each of RabbitMQ, Redis and Postgres may take; what has not come by then is missing. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Addresses of RabbitMQ's Prometheus plugin, one for each node of a cluster, such as <c>http://rabbitmq:15692</c>. Without
    /// one the unacknowledged messages, which AMQP does not tell, are missing. Default none.
    /// </summary>
    public IList<Uri> BrokerMetrics { get; } = [];
}
