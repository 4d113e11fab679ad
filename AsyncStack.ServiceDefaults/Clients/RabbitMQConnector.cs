using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AsyncStack.ServiceDefaults.Clients;

/// <summary>Makes the first connection. Afterwards the client's own recovery takes over.</summary>
internal sealed class RabbitMQConnector(IConnectionFactory factory, TimeProvider time, ILogger<RabbitMQConnector> logger)
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);

    public async Task<IConnection> ConnectAsync(int retries)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var connection = await factory.CreateConnectionAsync();
                LogChanges(connection);
                return connection;
            }
            catch (BrokerUnreachableException failure) when (attempt <= retries && !IsRefusal(failure))
            {
                var delay = DelayAfter(attempt);
                Log.RabbitMQConnectRetry(logger, attempt, retries + 1, delay, failure.GetBaseException().Message);
                await Task.Delay(delay, time);
            }
        }
    }

    /// <summary>Half a second, doubled with each attempt, at most 5 s.</summary>
    internal static TimeSpan DelayAfter(int attempt) =>
        TimeSpan.FromMilliseconds(Math.Min(500 * Math.Pow(2, attempt - 1), MaxDelay.TotalMilliseconds));

    /// <summary>Wrong credentials stay wrong.</summary>
    private static bool IsRefusal(Exception failure) => failure.InnerException is AuthenticationFailureException;

    private void LogChanges(IConnection connection)
    {
        connection.ConnectionShutdownAsync += (_, shutdown) =>
        {
            if (shutdown.Initiator != ShutdownInitiator.Application)
                Log.RabbitMQConnectionLost(logger, shutdown.ReplyText);
            return Task.CompletedTask;
        };
        connection.RecoverySucceededAsync += (_, _) =>
        {
            Log.RabbitMQConnectionRecovered(logger);
            return Task.CompletedTask;
        };
    }
}
