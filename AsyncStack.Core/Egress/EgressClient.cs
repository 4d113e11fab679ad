
namespace AsyncStack.Core.Egress;

/// <summary>The one HTTP client for requests on behalf of callers: no redirects, cookies, proxies, credentials or decompression.</summary>
public sealed class EgressClient(EgressConnector connector, EgressSettings settings)
    : HttpMessageInvoker(CreateHandler(connector, settings))
{
    private static SocketsHttpHandler CreateHandler(EgressConnector connector, EgressSettings settings) => new()
    {
        ConnectCallback = connector.ConnectAsync,
        ConnectTimeout = settings.ConnectTimeout,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        Credentials = null,
        PreAuthenticate = false,
        // Whoever sends says itself which trace a request belongs to.
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = settings.ConnectionsPerTarget,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        MaxResponseHeadersLength = 16,
        // What is left of a small answer is read to keep the connection; a larger one costs it.
        MaxResponseDrainSize = 16 * 1024,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
    };
}
