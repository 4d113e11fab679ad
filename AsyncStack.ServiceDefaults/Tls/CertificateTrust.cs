using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace AsyncStack.ServiceDefaults.Tls;

/// <summary>
/// Trusts the servers whose certificates the authorities of a file have issued, beside those that the system trusts. A certificate always has to
/// name the host that was connected to.
/// </summary>
internal sealed class CertificateTrust(X509Certificate2Collection authorities, ILogger<CertificateTrust> logger)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly ConcurrentDictionary<string, string> _refused = new(StringComparer.Ordinal);

    /// <summary>Reads the certificates of a PEM file.</summary>
    /// <exception cref="InvalidOperationException">There are none; the message names setting, file and remedy.</exception>
    public static X509Certificate2Collection Read(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new InvalidOperationException($"{TlsRegistration.CaFileSetting} is '{file}', which cannot be read: set it to a PEM file of certificates.", exception);
        }

        return authorities.Count > 0
            ? authorities
            : throw new InvalidOperationException($"{TlsRegistration.CaFileSetting} is '{file}', which holds no certificate: set it to a PEM file of certificates.");
    }

    /// <summary>As clients ask whether to go on with a server.</summary>
    /// <exception cref="AuthenticationException">The server is not the one that was asked for; the message says why.</exception>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var host = (sender as SslStream)?.TargetHostName ?? "";
        var refusal = Refusal(certificate, chain, errors);
        if (refusal is not null)
        {
            Tell(host, certificate?.Subject, refusal);
            // Clients pass the reason on; of a plain no they would say nothing but that it was one.
            throw new AuthenticationException($"The certificate of '{host}' ({certificate?.Subject ?? "none"}) is refused: {refusal}.");
        }

        _refused.TryRemove(host, out _);
        return refusal is null;
    }

    // Clients try again and again; the reason is told when it is news.
    private void Tell(string host, string? subject, string reason)
    {
        if (_refused.TryGetValue(host, out var told) && told == reason)
            return;
        _refused[host] = reason;
        Log.CertificateRefused(logger, host, subject, reason);
    }

    private string? Refusal(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => certificate switch
    {
        _ when errors == SslPolicyErrors.None => null,
        null => "the server has sent none",
        _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) => $"it names {Names(certificate)}, so connect by that name",
        _ => Build(certificate, chain),
    };

    private string? Build(X509Certificate certificate, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        // Intermediates that came with the handshake.
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        using var leaf = new X509Certificate2(certificate);
        return chain.Build(leaf)
            ? null
            : $"no authority of {TlsRegistration.CaFileSetting} or of the system vouches for it ({string.Join(", ", chain.ChainStatus.Select(s => s.Status).Distinct())})";
    }

    private static string Names(X509Certificate certificate)
    {
        using var leaf = new X509Certificate2(certificate);
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString()))).ToList();
        return names.Count == 0 ? "no host" : string.Join(", ", names.Select(n => $"'{n}'"));
    }
}
