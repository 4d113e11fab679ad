using System.Net.Security;
using AsyncStack.ServiceDefaults.Clients;
using AsyncStack.ServiceDefaults.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;

namespace Microsoft.Extensions.Hosting;

/// <summary>RabbitMQ by the names of Aspire.RabbitMQ.Client.</summary>
public static class RabbitMQExtensions
{
    /// <summary>
    /// Registers an <see cref="IConnection"/> that recovers by itself, with health check and tracing. It connects when
    /// first asked for and tries again with growing delays while the broker is not there yet.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">The name of the connection string, <c>ConnectionStrings:{connectionName}</c>.</param>
    /// <param name="configureSettings">Changes settings after the section <c>Aspire:RabbitMQ:Client</c> has been read.</param>
    /// <param name="configureConnectionFactory">
    /// Changes the factory, for example <c>ConsumerDispatchConcurrency</c>, after the section
    /// <c>Aspire:RabbitMQ:Client:ConnectionFactory</c> has been read.
    /// </param>
    public static void AddRabbitMQClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<RabbitMQClientSettings>? configureSettings = null,
        Action<ConnectionFactory>? configureConnectionFactory = null)
    {
        builder.AddClientSettings(RabbitMQClientSettings.Section, connectionName, configureSettings);
        builder.Services.AddOptions<RabbitMQClientSettings>(connectionName)
            .Validate(
                settings => settings.MaxConnectRetryCount >= 0,
                $"{RabbitMQClientSettings.Section}:{nameof(RabbitMQClientSettings.MaxConnectRetryCount)} must not be negative. Set it to 0 to try once.")
            .Validate(
                settings => settings.ConnectionString is null || Uri.TryCreate(settings.ConnectionString, UriKind.Absolute, out _),
                $"ConnectionStrings:{connectionName} is not a URI. Write it as amqp://user:password@host:port.");
        var settings = builder.ReadClientSettings(RabbitMQClientSettings.Section, connectionName, configureSettings);
        builder.Services.AddSingleton<IConnectionFactory>(services =>
            CreateFactory(services, () => services.ClientSettingsOf<RabbitMQClientSettings>(connectionName), configureConnectionFactory));
        builder.Services.AddSingleton<RabbitMQConnector>();
        // The container knows no asynchronous factories; the pool's thread keeps a caller's context out of it.
        builder.Services.AddSingleton(services => Task.Run(() => services.GetRequiredService<RabbitMQConnector>()
            .ConnectAsync(services.ClientSettingsOf<RabbitMQClientSettings>(connectionName).MaxConnectRetryCount)).GetAwaiter().GetResult());
        if (settings.DisableTracing)
            builder.Services.Configure<TelemetryOptions>(telemetry => telemetry.Sources.Remove(TelemetryOptions.RabbitMQ));
        if (!settings.DisableHealthChecks)
        {
            builder.Services.AddHealthChecks().Add(new(
                "RabbitMQ.Client",
                services => new RabbitMQHealthCheck(services.GetRequiredService<IConnection>()),
                HealthStatus.Unhealthy,
                tags: null));
        }
    }

    private static ConnectionFactory CreateFactory(
        IServiceProvider services, Func<RabbitMQClientSettings> settings, Action<ConnectionFactory>? configure)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(settings().ConnectionString!),
            ClientProvidedName = services.GetRequiredService<IHostEnvironment>().ApplicationName,
            AutomaticRecoveryEnabled = true,
            TopologyRecoveryEnabled = true,
            NetworkRecoveryInterval = TimeSpan.FromSeconds(1),
            RequestedHeartbeat = TimeSpan.FromSeconds(15),
        };
        var section = services.GetRequiredService<IConfiguration>().GetSection($"{RabbitMQClientSettings.Section}:ConnectionFactory");
        if (section.Exists())
            section.Bind(factory);
        // By an amqps address alone, the client would take any host's name.
        factory.Ssl.ServerName = factory.HostName;
        factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.None;
        factory.Ssl.CertificateValidationCallback = services.GetService<RemoteCertificateValidationCallback>();
        factory.CredentialsProvider = new CurrentCredentials(factory, () => new Uri(settings().ConnectionString!));
        configure?.Invoke(factory);
        return factory;
    }
}
