namespace AsyncStack.ServiceDefaults.Clients;

/// <summary>Settings of <c>AddRabbitMQClient</c>. Section <c>Aspire:RabbitMQ:Client</c>.</summary>
public sealed class RabbitMQClientSettings : IClientSettings
{
    public const string Section = "Aspire:RabbitMQ:Client";

    /// <inheritdoc/>
    public string? ConnectionString { get; set; }

    /// <summary>How often the first connection is tried again, with growing delays, before the start fails. Default 5, which takes up to about 15 s.</summary>
    public int MaxConnectRetryCount { get; set; } = 5;

    /// <summary>Leaves RabbitMQ out of <c>/health</c>. Default false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Makes no spans of publishes and deliveries. Default false.</summary>
    public bool DisableTracing { get; set; }
}
