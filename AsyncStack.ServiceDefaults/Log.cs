using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace AsyncStack.ServiceDefaults;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} answered 503: a dependency does not answer ({Reason})")]
    public static partial void DependencyUnavailable(ILogger logger, string method, string path, string reason);

    [LoggerMessage(LogLevel.Warning, "Health check {Check} failed: {Reason}")]
    public static partial void HealthCheckFailed(ILogger logger, string check, string reason);

    [LoggerMessage(LogLevel.Information, "Health check {Check} is well again")]
    public static partial void HealthCheckRecovered(ILogger logger, string check);

    [LoggerMessage(LogLevel.Warning, "Metric {Metric} of meter {Meter} is not exported: its Prometheus name {Name} is taken by a metric of another type")]
    public static partial void MetricNameTaken(ILogger logger, string metric, string meter, string name);

    [LoggerMessage(LogLevel.Warning, "RabbitMQ does not take connections yet (attempt {Attempt} of {Attempts}); trying again in {Delay}: {Reason}")]
    public static partial void RabbitMQConnectRetry(ILogger logger, int attempt, int attempts, TimeSpan delay, string reason);

    [LoggerMessage(LogLevel.Warning, "The certificate of {Host} ({Subject}) is refused: {Reason}")]
    public static partial void CertificateRefused(ILogger logger, string host, string? subject, string reason);

    [LoggerMessage(LogLevel.Warning, "RabbitMQ connection lost: {Reason}")]
    public static partial void RabbitMQConnectionLost(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "RabbitMQ connection recovered")]
    public static partial void RabbitMQConnectionRecovered(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "Redis connection lost: {Connection} to {Endpoint}, {Failure}")]
    public static partial void RedisConnectionLost(ILogger logger, ConnectionType connection, string? endpoint, ConnectionFailureType failure);

    [LoggerMessage(LogLevel.Information, "Redis connection restored: {Connection} to {Endpoint}")]
    public static partial void RedisConnectionRestored(ILogger logger, ConnectionType connection, string? endpoint);
}
