using AsyncStack.ServiceDefaults.Tls;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace AsyncStack.ServiceDefaults.Health;

/// <summary>
/// <c>… healthcheck http://127.0.0.1:8080/health</c>: asks the service that runs beside it, for containers without curl whose engine can
/// only run commands.
/// </summary>
public static class HealthCommand
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(8);

    /// <summary>Whether the program was started to ask, and the exit code then: 0 when the answer is a success.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <returns>Null when the program is to serve.</returns>
    public static async Task<int?> RunAsync(string[] args)
    {
        if (args is not ["healthcheck", var address])
            return null;
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        return await AskAsync(new Uri(address), settings[TlsRegistration.CaFileSetting]);
    }

    internal static async Task<int> AskAsync(Uri address, string? caFile)
    {
        using var handler = new SocketsHttpHandler();
        if (caFile is { Length: > 0 })
            handler.SslOptions.RemoteCertificateValidationCallback = new CertificateTrust(CertificateTrust.Read(caFile), NullLogger<CertificateTrust>.Instance).Validate;
        using var client = new HttpClient(handler) { Timeout = Deadline };
        try
        {
            using var response = await client.GetAsync(address);
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return 1;
        }
    }
}
