using System.Globalization;
using System.Net;
using System.Net.Security;
using AsyncStack.ServiceDefaults;
using AsyncStack.ServiceDefaults.Clients;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Redis by the names of Aspire.StackExchange.Redis.</summary>
public static class RedisExtensions
{
    /// <summary>
    /// Registers an <see cref="IConnectionMultiplexer"/> with a health check. It comes up without Redis, after the
    /// connect timeout (1 s unless the connection string says otherwise), and connects once Redis is there.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">The name of the connection string, <c>ConnectionStrings:{connectionName}</c>.</param>
    /// <param name="configureSettings">Changes settings after the section <c>Aspire:StackExchange:Redis</c> has been read.</param>
    /// <param name="configureOptions">Changes the connection's options.</param>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        builder.AddClientSettings(StackExchangeRedisSettings.Section, connectionName, configureSettings);
        var settings = builder.ReadClientSettings(StackExchangeRedisSettings.Section, connectionName, configureSettings);
        builder.Services.AddSingleton<IConnectionMultiplexer>(services =>
            Connect(services, services.ClientSettingsOf<StackExchangeRedisSettings>(connectionName).ConnectionString!, configureOptions));
        if (!settings.DisableHealthChecks)
        {
            builder.Services.AddHealthChecks().Add(new(
                "StackExchange.Redis",
                services => new RedisHealthCheck(services.GetRequiredService<IConnectionMultiplexer>()),
                HealthStatus.Unhealthy,
                tags: null));
        }
    }

    internal static ConfigurationOptions Options(string connectionString, string clientName)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.AbortOnConnectFail = false;
        options.ClientName ??= clientName;
        if (!connectionString.Contains("connectTimeout", StringComparison.OrdinalIgnoreCase))
            options.ConnectTimeout = 1_000;
        options.ReconnectRetryPolicy = new LinearRetry(500);
        return options;
    }

    private static ConnectionMultiplexer Connect(IServiceProvider services, string connectionString, Action<ConfigurationOptions>? configure)
    {
        var options = Options(connectionString, services.GetRequiredService<IHostEnvironment>().ApplicationName);
        if (services.GetService<RemoteCertificateValidationCallback>() is { } trust)
            options.CertificateValidation += trust;
        configure?.Invoke(options);
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("AsyncStack.Redis");
        var connection = ConnectionMultiplexer.Connect(options);
        connection.ConnectionFailed += (_, lost) =>
            Log.RedisConnectionLost(logger, lost.ConnectionType, Text(lost.EndPoint), lost.FailureType);
        connection.ConnectionRestored += (_, restored) =>
            Log.RedisConnectionRestored(logger, restored.ConnectionType, Text(restored.EndPoint));
        return connection;
    }

    private static string? Text(EndPoint? endpoint) => Convert.ToString(endpoint, CultureInfo.InvariantCulture);
}
