using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AsyncStack.Bench.Graph;
using Npgsql;

namespace AsyncStack.Bench.Peers;

/// <summary>FastAPI and Celery on the graph's own Postgres, RabbitMQ and Redis, with a database and a queue of their own.</summary>
internal sealed class CeleryPeer : IAsyncDisposable
{
    // Debian's own interpreter: the packages are installed for it, and another may come first on the PATH.
    private const string Python = "/usr/bin/python3";
    private const string Database = "bench_celery";
    private static readonly int Port = FreePort();

    private readonly List<Process> _processes = [];

    private CeleryPeer(NpgsqlDataSource database) => DataSource = database;

    public NpgsqlDataSource DataSource { get; }

    public static Uri Submit { get; } = new($"http://127.0.0.1:{Port}/api/process");

    /// <param name="servers">Where Postgres, RabbitMQ and Redis are.</param>
    /// <param name="folder">The folder of the peer's sources.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    public static async Task<CeleryPeer> StartAsync(ServerAddresses servers, string folder, CancellationToken cancellationToken)
    {
        var peer = new CeleryPeer(
            await PeerDatabase.CreateAsync(servers.Postgres, Database, Path.Combine(folder, "schema.sql"), cancellationToken));
        try
        {
            var environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PEER_POSTGRES"] = servers.PostgresUrl(Database),
                ["PEER_BROKER"] = servers.RabbitMq,
                ["PEER_RESULTS"] = servers.RedisUrl(database: 9),
                ["PYTHONDONTWRITEBYTECODE"] = "1",
                // Celery warns of root, which a throw-away machine may well run it as.
                ["PYTHONWARNINGS"] = "ignore",
            };
            // Two of each on two cores: more of either lowered what came out at the end.
            peer.Run(folder, environment, "-m", "uvicorn", "api:app", "--host", "127.0.0.1", "--port", $"{Port}",
                "--workers", "2", "--no-access-log", "--log-level", "warning");
            peer.Run(folder, environment, "-m", "celery", "--quiet", "-A", "tasks", "worker", "--concurrency", "2",
                "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING");
            await WaitUntilHealthyAsync(cancellationToken);
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
        using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(8));
        foreach (var process in _processes)
            _ = Posix.Kill(process.Id, Posix.Terminate);
        foreach (var process in _processes)
        {
            try
            {
                await process.WaitForExitAsync(grace.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }

            process.Dispose();
        }

        await DataSource.DisposeAsync();
    }

    private static async Task WaitUntilHealthyAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        using var client = new HttpClient();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(Submit, "/health"), patience.Token);
                answer.EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, patience.Token);
            }
        }
    }

    private void Run(string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments) { WorkingDirectory = folder };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _processes.Add(Process.Start(start) ?? throw new InvalidOperationException($"{Python} did not start."));
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
