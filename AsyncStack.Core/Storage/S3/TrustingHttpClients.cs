using System.Net.Security;
using Amazon.Runtime;

namespace AsyncStack.Core.Storage.S3;

/// <summary>HTTP clients of the SDK that ask whether to trust a server.</summary>
internal sealed class TrustingHttpClients(RemoteCertificateValidationCallback trust, TimeSpan connectDeadline) : HttpClientFactory
{
    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        // The SDK follows redirects and takes answers apart by itself.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = connectDeadline,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = trust },
        };
        var client = new HttpClient(handler) { Timeout = clientConfig.Timeout ?? Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.ExpectContinue = false;
        return client;
    }

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
}
