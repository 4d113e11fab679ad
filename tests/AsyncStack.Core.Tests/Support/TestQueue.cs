using RabbitMQ.Client;

namespace AsyncStack.Core.Tests.Support;

/// <summary>A queue of one test.</summary>
internal sealed class TestQueue : IAsyncDisposable
{
    private readonly IChannel _channel;

    private TestQueue(IChannel channel, string name) => (_channel, Name) = (channel, name);

    public string Name { get; }

    public static async Task<TestQueue> DeclareAsync(IConnection connection, bool full = false)
    {
        var channel = await connection.CreateChannelAsync();
        var name = $"test-{Guid.NewGuid():N}";
        var arguments = full ? new Dictionary<string, object?> { ["x-max-length"] = 1, ["x-overflow"] = "reject-publish" } : null;
        await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments);
        return new TestQueue(channel, name);
    }

    public Task<uint> CountAsync() => _channel.MessageCountAsync(Name);

    /// <summary>Takes the next message, waiting for one to come.</summary>
    public async Task<BasicGetResult> TakeAsync()
    {
        BasicGetResult? taken = null;
        await Waiting.ForAsync(async () => (taken = await _channel.BasicGetAsync(Name, autoAck: true)) is not null);
        return taken!;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.QueueDeleteAsync(Name);
        await _channel.DisposeAsync();
    }
}
