using AsyncStack.Core.Tracing;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace AsyncStack.Core.Outbox;

/// <summary>Publishes to the broker and returns only once it has confirmed; one channel, opened when first needed.</summary>
public sealed class ConfirmedPublisher(IConnection connection, IOptions<OutboxOptions> options) : IAsyncDisposable
{
    private static readonly CreateChannelOptions ChannelOptions =
        new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null);

    private readonly SemaphoreSlim _opening = new(1, 1);
    private IChannel? _channel;

    /// <summary>Publishes one persistent message and awaits the broker's confirm.</summary>
    /// <exception cref="TimeoutException">No confirm came within <see cref="OutboxOptions.ConfirmTimeout"/>.</exception>
    public async Task PublishAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        using var span = MessageSpans.StartSend(message, connection.Endpoint);
        try
        {
            var channel = await ChannelAsync(cancellationToken);
            // The client's own token would close over an unconfirmed sequence number; the deadline is kept outside of it.
            await channel.BasicPublishAsync(
                    message.Exchange, message.RoutingKey, mandatory: true, Properties(message, span?.Id ?? message.TraceParent), message.Body, CancellationToken.None)
                .AsTask().WaitAsync(options.Value.ConfirmTimeout, cancellationToken);
        }
        catch (Exception exception)
        {
            span.Fail(exception);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is not null)
        {
            await _channel.DisposeAsync();
        }

        _opening.Dispose();
    }

    private static BasicProperties Properties(OutboxMessage message, string? traceParent)
    {
        var properties = new BasicProperties
        {
            Persistent = true,
            ContentType = "application/json",
            MessageId = message.Id.ToString(),
            Type = message.Type,
        };
        if (message.CorrelationId is not null)
        {
            properties.CorrelationId = message.CorrelationId;
        }

        if (traceParent is not null)
        {
            properties.Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { [TraceParent.Header] = traceParent };
        }

        return properties;
    }

    private async ValueTask<IChannel> ChannelAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_channel is { IsOpen: true } opened)
            {
                return opened;
            }

            if (_channel is not null)
            {
                await _channel.DisposeAsync();
                _channel = null;
            }

            return _channel = await connection.CreateChannelAsync(ChannelOptions, cancellationToken)
                .WaitAsync(options.Value.ConfirmTimeout, cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }
}
