using System.Net.Security;
using Amazon.Runtime;
using Amazon.S3;

namespace AsyncStack.Core.Storage.S3;

internal static class S3Clients
{
    // A part is 8 MiB: even at 150 KB/s it passes within the deadline. Bodies on their way back have StallGuardStream.
    private static readonly TimeSpan RequestDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(5);

    private const string CopySource = "x-amz-copy-source";

    public static AmazonS3Client Create(S3Connection connection, Uri endpoint, RemoteCertificateValidationCallback? trust)
    {
        var client = new AmazonS3Client(new CurrentKeys(connection), new AmazonS3Config
        {
            ServiceURL = endpoint.AbsoluteUri,
            AuthenticationRegion = connection.Region,
            IgnoreConfiguredEndpointUrls = true,
            ForcePathStyle = true,
            // Several S3 servers store the framing of checksum trailers as content.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = 3,
            Timeout = RequestDeadline,
            ConnectTimeout = ConnectDeadline,
            DisableLogging = true,
            HttpClientFactory = trust is null ? null : new TrustingHttpClients(trust, ConnectDeadline),
        });
        client.BeforeRequestEvent += WriteCopySourceAsPath;
        return client;
    }

    // The SDK escapes the slashes within it, which not every S3 server takes back; all take them as they are.
    private static void WriteCopySourceAsPath(object sender, RequestEventArgs e)
    {
        if (e is WebServiceRequestEventArgs { Headers: var headers } && headers.TryGetValue(CopySource, out var source))
            headers[CopySource] = source.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The keys that the settings have when a request is signed.</summary>
    private sealed class CurrentKeys(S3Connection connection) : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials()
        {
            var current = connection.Reread?.Invoke() ?? connection;
            return new ImmutableCredentials(current.AccessKey, current.SecretKey, token: null);
        }
    }
}
