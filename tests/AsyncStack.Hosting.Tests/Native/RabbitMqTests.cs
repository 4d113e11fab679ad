using System.Net;
using System.Net.NetworkInformation;
using AsyncStack.Hosting.Runtime;
using AsyncStack.Hosting.Runtime.Native;
using AsyncStack.Hosting.Tests.Processes;
using RabbitMQ.Client;

namespace AsyncStack.Hosting.Tests.Native;

public sealed class RabbitMqTests
{
    private const string Queue = "durable";
    private readonly RabbitMq _runtime = new();
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Quorum_queue_and_message_outlive_a_crash_a_new_port_and_a_new_password()
    {
        using var folder = new TemporaryFolder();
        await using (var server = await StartAsync(Describe(folder)))
        {
            await PublishAsync(server.Start);
            // RabbitMQ 3.10 keeps the names of new quorum queues in memory for some seconds; a crash before that loses the queue.
            var names = Path.Combine(folder.Path, "mnesia/quorum/rabbit@localhost/names.dets");
            await Waiting.ForAsync(() => File.ReadAllText(names).Contains(Queue, StringComparison.Ordinal), "the queue's name to reach the disk");
            await server.CrashAsync();
        }

        await using var again = await StartAsync(Describe(folder) with { Password = "changed" });

        await using var connection = await ConnectAsync(again.Start);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        var message = await channel.BasicGetAsync(Queue, autoAck: true, Cancellation);
        Assert.Equal("kept"u8.ToArray(), message?.Body.ToArray());
    }

    [Fact]
    public async Task Everything_listens_on_loopback_only_and_strangers_are_refused()
    {
        using var folder = new TemporaryFolder();
        var before = Listeners();
        await using var server = await StartAsync(Describe(folder));

        var stranger = server.Start with { Password = "another" };
        Assert.Contains("ACCESS_REFUSED", await _runtime.ProbeAsync(stranger, Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain(Listeners().Except(before), address => !IPAddress.IsLoopback(address.Address) || address.Port is 4369 or 5672);
    }

    [Fact]
    public async Task Management_plugin_runs_where_the_graph_asks_for_it()
    {
        using var folder = new TemporaryFolder();
        var start = Describe(folder);
        var management = FreePort.Take(1)[0];
        start = start with { Ports = new Dictionary<string, int>(start.Ports) { ["management"] = management } };
        await using var server = await StartAsync(start);

        using var client = new HttpClient();
        var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{management}/api/overview"), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Metrics_of_its_queues_are_served_where_the_graph_asks_for_them()
    {
        using var folder = new TemporaryFolder();
        var start = Describe(folder);
        var metrics = FreePort.Take(1)[0];
        start = start with { Ports = new Dictionary<string, int>(start.Ports) { ["metrics"] = metrics } };
        await using var server = await StartAsync(start);
        await PublishAsync(server.Start);

        using var client = new HttpClient();
        var address = new Uri($"http://127.0.0.1:{metrics}/metrics/detailed?family=queue_coarse_metrics");
        await Waiting.ForAsync(async () => (await client.GetStringAsync(address, Cancellation))
            .Contains($"rabbitmq_detailed_queue_messages_ready{{vhost=\"/\",queue=\"{Queue}\"}} 1\n", StringComparison.Ordinal));
    }

    private static ResourceStart Describe(TemporaryFolder folder) => RunningServer.Describe("rabbitmq", folder.Path);

    private Task<RunningServer> StartAsync(ResourceStart start) => RunningServer.StartAsync(_runtime, start, Cancellation);

    private static IPEndPoint[] Listeners() => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();

    private static Task<IConnection> ConnectAsync(ResourceStart start) =>
        new ConnectionFactory
        {
            HostName = "127.0.0.1",
            Port = start.Ports["tcp"],
            UserName = start.UserName!,
            Password = start.Password!,
        }.CreateConnectionAsync(Cancellation);

    private static async Task PublishAsync(ResourceStart start)
    {
        await using var connection = await ConnectAsync(start);
        var confirms = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirms, Cancellation);
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: Cancellation);
        var properties = new BasicProperties { Persistent = true };
        await channel.BasicPublishAsync("", Queue, mandatory: true, properties, "kept"u8.ToArray(), Cancellation);
    }
}
