using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace AsyncStack.ServiceDefaults.Tests.Tls;

/// <summary>TLS before a real server: takes the handshake with a certificate and passes on what comes through it.</summary>
internal sealed class TlsWire : IAsyncDisposable
{
    private const int SslRequestBytes = 8;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly DnsEndPoint _server;
    private readonly bool _isPostgres;
    private readonly Task _accepting;

    /// <param name="certificate">What the server is to show.</param>
    /// <param name="server">The server.</param>
    /// <param name="isPostgres">Clients of Postgres ask for TLS in plain text first.</param>
    public TlsWire(X509Certificate2 certificate, DnsEndPoint server, bool isPostgres = false)
    {
        (_certificate, _server, _isPostgres) = (certificate, server, isPostgres);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = RelayAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task RelayAsync(TcpClient near)
    {
        using var client = near;
        try
        {
            var plain = near.GetStream();
            if (_isPostgres)
            {
                await plain.ReadExactlyAsync(new byte[SslRequestBytes]);
                await plain.WriteAsync("S"u8.ToArray());
            }

            await using var secure = new SslStream(plain);
            await secure.AuthenticateAsServerAsync(_certificate);
            using var far = new TcpClient(AddressFamily.InterNetwork) { NoDelay = true };
            await far.ConnectAsync(_server.Host, _server.Port);
            await using var server = far.GetStream();
            await Task.WhenAny(secure.CopyToAsync(server), server.CopyToAsync(secure));
        }
        catch (Exception gone) when (gone is IOException or SocketException or AuthenticationException or ObjectDisposedException)
        {
            // Either side went away, or the client did not trust the certificate.
        }
    }
}
