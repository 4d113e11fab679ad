using System.Net.Security;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AsyncStack.ServiceDefaults.Tls;

/// <summary>Trust in servers with certificates of a private authority.</summary>
internal static class TlsRegistration
{
    /// <summary>A PEM file of authorities to trust beside the system's.</summary>
    public const string CaFileSetting = "Tls:CaFile";

    /// <summary>
    /// Registers the <see cref="RemoteCertificateValidationCallback"/> of all clients (Postgres, RabbitMQ, Redis, S3, HTTP) where
    /// <see cref="CaFileSetting"/> names a file; without, there is none and clients trust what the system does.
    /// </summary>
    public static void AddTls(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration[CaFileSetting] is not { Length: > 0 } file)
            return;
        var authorities = CertificateTrust.Read(file);
        builder.Services.AddSingleton<RemoteCertificateValidationCallback>(
            services => new CertificateTrust(authorities, services.GetRequiredService<ILogger<CertificateTrust>>()).Validate);
    }
}
