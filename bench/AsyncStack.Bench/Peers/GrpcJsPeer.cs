using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AsyncStack.Bench.Graph;
using Npgsql;

namespace AsyncStack.Bench.Peers;

/// <summary>@grpc/grpc-js's own server on the graph's Postgres, with a database of its own.</summary>
internal sealed class GrpcJsPeer : IAsyncDisposable
{
    private const string Database = "bench_grpc_js";

    private readonly Process _process;

    private GrpcJsPeer(Process process, NpgsqlDataSource dataSource, Uri address) =>
        (_process, DataSource, Address) = (process, dataSource, address);

    public NpgsqlDataSource DataSource { get; }

    public Uri Address { get; }

    /// <param name="servers">Where Postgres is.</param>
    /// <param name="folder">The folder of the peer's sources, with its packages installed.</param>
    /// <param name="protos">The folder of the .proto files, which are ours.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    public static async Task<GrpcJsPeer> StartAsync(ServerAddresses servers, string folder, string protos, CancellationToken cancellationToken)
    {
        var database = await PeerDatabase.CreateAsync(servers.Postgres, Database, Path.Combine(folder, "schema.sql"), cancellationToken);
        var port = FreePort();
        var start = new ProcessStartInfo("node", ["server.mjs"]) { WorkingDirectory = folder };
        start.Environment["PEER_PORT"] = $"{port}";
        start.Environment["PEER_PROTOS"] = protos;
        start.Environment["PEER_POSTGRES"] = servers.PostgresUrl(Database);
        start.Environment["NODE_ENV"] = "production";
        var process = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        var peer = new GrpcJsPeer(process, database, new Uri($"http://127.0.0.1:{port}"));
        try
        {
            await peer.WaitUntilListeningAsync(cancellationToken);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        await DataSource.DisposeAsync();
    }

    private async Task WaitUntilListeningAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, Address.Port, patience.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, patience.Token);
            }
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
