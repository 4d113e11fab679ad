using Microsoft.Extensions.Options;

namespace AsyncStack.Notifier.Egress;

/// <summary>The one HTTP client for callbacks: no redirects, cookies, proxies, credentials or decompression.</summary>
internal sealed class EgressClient(EgressConnector connector, IOptions<NotifierOptions> options)
    : HttpMessageInvoker(CreateHandler(connector, options.Value))
{
    private static SocketsHttpHandler CreateHandler(EgressConnector connector, NotifierOptions options) => new()
    {
        ConnectCallback = connector.ConnectAsync,
        ConnectTimeout = options.ConnectTimeout,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        Credentials = null,
        PreAuthenticate = false,
        // The delivery's own span and header stand for the request.
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = options.ConcurrencyPerTarget,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        MaxResponseHeadersLength = 16,
        // What is left of a small answer is read to keep the connection; a larger one costs it.
        MaxResponseDrainSize = 16 * 1024,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
    };
}
