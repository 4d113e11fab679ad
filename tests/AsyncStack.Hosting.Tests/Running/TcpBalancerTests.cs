using System.Net;
using System.Net.Sockets;
using System.Text;
using AsyncStack.Hosting.Running;
using AsyncStack.Hosting.State;

namespace AsyncStack.Hosting.Tests.Running;

public sealed class TcpBalancerTests : IDisposable
{
    private readonly PortAllocator _ports = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _ports.Dispose();

    [Fact]
    public async Task Connections_take_turns_among_the_replicas()
    {
        using var one = new EchoServer(_ports.Allocate(null), "one");
        using var two = new EchoServer(_ports.Allocate(null), "two");
        var port = _ports.Allocate(null);
        await using var balancer = TcpBalancer.Start(port, [one.Port, two.Port]);

        var answers = new List<string>();
        for (var i = 0; i < 4; i++)
            answers.Add(await AskAsync(port));

        Assert.Equal(2, answers.Count(a => a == "one"));
        Assert.Equal(2, answers.Count(a => a == "two"));
    }

    [Fact]
    public async Task Replica_that_refuses_connections_is_skipped()
    {
        var gone = _ports.Allocate(null);
        using var there = new EchoServer(_ports.Allocate(null), "there");
        var port = _ports.Allocate(null);
        await using var balancer = TcpBalancer.Start(port, [gone, there.Port]);

        for (var i = 0; i < 3; i++)
            Assert.Equal("there", await AskAsync(port));
    }

    [Fact]
    public async Task Connection_is_closed_when_no_replica_is_there()
    {
        var port = _ports.Allocate(null);
        await using var balancer = TcpBalancer.Start(port, [_ports.Allocate(null), _ports.Allocate(null)]);

        Assert.Equal("", await AskAsync(port));
    }

    private static async Task<string> AskAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Cancellation);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        return await reader.ReadToEndAsync(Cancellation);
    }

    private sealed class EchoServer : IDisposable
    {
        private readonly TcpListener _listener;

        public EchoServer(int port, string answer)
        {
            Port = port;
            _listener = new TcpListener(IPAddress.Loopback, port);
            _listener.Start();
            _ = AnswerAsync(Encoding.ASCII.GetBytes(answer));
        }

        public int Port { get; }

        public void Dispose() => _listener.Dispose();

        private async Task AnswerAsync(byte[] answer)
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await client.GetStream().WriteAsync(answer);
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
