using AsyncStack.Core.Messaging;
using RabbitMQ.Client;

namespace AsyncStack.Api.Tests.Support;

/// <summary>The broker as a test sees it.</summary>
internal sealed class Broker : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private Broker(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public static async Task<Broker> ConnectAsync(string address)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync();
        return new Broker(connection, await connection.CreateChannelAsync());
    }

    /// <summary>Declares a queue that lives as long as this connection.</summary>
    public async Task<string> DeclareAsync() => (await _channel.QueueDeclareAsync()).QueueName;

    /// <summary>Declares a queue that gets the public events of these types and lives as long as this connection.</summary>
    public async Task<string> SubscribeAsync(string types)
    {
        var queue = await DeclareAsync();
        await _channel.QueueBindAsync(queue, Topology.EventsExchange, types);
        return queue;
    }

    public async Task<uint> CountAsync(string queue) => await _channel.MessageCountAsync(queue);

    /// <summary>Takes messages from a queue, waiting for more to come, until one is as asked for.</summary>
    public async Task<BasicGetResult> TakeAsync(string queue, Func<BasicGetResult, bool> wanted)
    {
        BasicGetResult? taken = null;
        await Waiting.ForAsync(async () =>
        {
            do
            {
                taken = await _channel.BasicGetAsync(queue, autoAck: true);
            }
            while (taken is not null && !wanted(taken));
            return taken is not null;
        });
        return taken!;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
