using AsyncStack.Core.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AsyncStack.Api.Stats;

/// <summary>Asks the broker itself for the length of its queues: a passive declaration is answered by the queue's leader, at the moment.</summary>
internal sealed class QueueCounts(IConnection connection) : IAsyncDisposable
{
    private IChannel? _idle;

    /// <summary>Messages that are ready, and consumers, of every queue that exists.</summary>
    /// <exception cref="StatsMissingException">The broker is away.</exception>
    public async Task<Dictionary<string, (uint Ready, uint Consumers)>> ReadAsync(CancellationToken cancellationToken)
    {
        if (!connection.IsOpen)
        {
            throw new StatsMissingException("RabbitMQ is not connected");
        }

        var counts = new Dictionary<string, (uint, uint)>(StringComparer.Ordinal);
        foreach (var queue in Topology.QueueNames)
        {
            if (await TryReadAsync(queue, cancellationToken) is { } count)
            {
                counts[queue] = count;
            }
        }

        return counts;
    }

    public async ValueTask DisposeAsync()
    {
        if (_idle is not null)
        {
            await _idle.DisposeAsync();
        }
    }

    private async Task<(uint Ready, uint Consumers)?> TryReadAsync(string queue, CancellationToken cancellationToken)
    {
        // Taken out while it is in use: a read that is given up leaves its channel behind, and the next one opens its own.
        var channel = Interlocked.Exchange(ref _idle, null) ?? await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            var declared = await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
            channel = Interlocked.Exchange(ref _idle, channel);
            return (declared.MessageCount, declared.ConsumerCount);
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
        catch (Exception exception) when (exception is AlreadyClosedException or OperationInterruptedException or BrokerUnreachableException)
        {
            throw new StatsMissingException("RabbitMQ does not answer");
        }
        finally
        {
            if (channel is not null)
            {
                await channel.DisposeAsync();
            }
        }
    }
}
