namespace AsyncStack.AppHost;

/// <summary>What RabbitMQ says of its queues beyond AMQP: how many messages wait for an acknowledgement.</summary>
internal static class QueueMetricsExtensions
{
    private const string Endpoint = "metrics";

    /// <summary>Declares the endpoint <c>metrics</c> of RabbitMQ's Prometheus plugin, which its images have on.</summary>
    public static IResourceBuilder<RabbitMQServerResource> WithQueueMetrics(this IResourceBuilder<RabbitMQServerResource> broker) =>
        broker.WithHttpEndpoint(targetPort: 15692, name: Endpoint);

    /// <summary>Tells a service where a broker's metrics are.</summary>
    public static IResourceBuilder<ProjectResource> WithQueueMetricsOf(
        this IResourceBuilder<ProjectResource> project, IResourceBuilder<RabbitMQServerResource> broker) =>
        project.WithEnvironment("Stats__BrokerMetrics__0", $"{broker.GetEndpoint(Endpoint).Property(EndpointProperty.Url)}");
}
