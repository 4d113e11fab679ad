using System.Net.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.ServiceDefaults.Discovery;

internal static class HttpClientDefaults
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Short enough to follow a service that moves to another address.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    public static void AddServiceDiscovery(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ServiceEndpoints>();
        builder.Services.TryAddTransient<ServiceDiscoveryHandler>();
        builder.Services.ConfigureHttpClientDefaults(http => http
            .ConfigureHttpClient((services, client) =>
                client.Timeout = services.GetRequiredService<IConfiguration>().GetValue<TimeSpan?>("HttpClient:Timeout") ?? RequestTimeout)
            .UseSocketsHttpHandler((handler, services) =>
            {
                handler.SslOptions.RemoteCertificateValidationCallback = services.GetService<RemoteCertificateValidationCallback>();
                handler.ConnectTimeout = ConnectTimeout;
                handler.PooledConnectionLifetime = ConnectionLifetime;
            })
            .AddHttpMessageHandler<ServiceDiscoveryHandler>());
    }
}
