using System.Text.Json;
using System.Threading.Channels;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Tracing;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace AsyncStack.Notifier.Delivery;

/// <summary>
/// Reads <see cref="Topology.NotifierResults"/>: takes whatever messages wait, and acks them once their deliveries are committed.
/// The client library brings channel and consumer back after a lost connection; a channel that the broker closed by itself, or a
/// consumer it canceled, is opened anew here.
/// </summary>
internal sealed class FinishedJobsConsumer(
    IConnection connection, DeliveryIntake intake, DeliveryDispatcher dispatcher, TimeProvider time, ILogger<FinishedJobsConsumer> logger)
    : BackgroundService
{
    private const ushort Prefetch = 256;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ConsumeAsync(stoppingToken);
                Log.ConsumingInterrupted(logger, "the channel was closed");
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.ConsumingInterrupted(logger, exception.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ConsumeAsync(CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.BasicQosAsync(0, Prefetch, global: false, cancellationToken);
        // Bounded by the prefetch.
        var arrived = Channel.CreateUnbounded<Message>(new() { SingleReader = true });
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            arrived.Writer.TryWrite(new Message(delivery.DeliveryTag, delivery.Body.ToArray(), delivery.BasicProperties));
            return Task.CompletedTask;
        };
        consumer.UnregisteredAsync += (_, _) => connection.IsOpen ? Complete(arrived) : Task.CompletedTask;
        // With the connection gone too, a second channel beside the recovered one would leave a consumer that nobody reads.
        channel.ChannelShutdownAsync += (_, reason) =>
            connection.IsOpen && reason.Initiator != ShutdownInitiator.Application ? Complete(arrived) : Task.CompletedTask;
        await channel.BasicConsumeAsync(Topology.NotifierResults, autoAck: false, consumer, cancellationToken);

        while (await arrived.Reader.WaitToReadAsync(cancellationToken))
        {
            await dispatcher.WaitWhileCrowdedAsync(cancellationToken);
            await AcceptAsync(channel, await TakeAsync(channel, arrived.Reader, cancellationToken), cancellationToken);
        }
    }

    private static Task Complete(Channel<Message> arrived)
    {
        arrived.Writer.TryComplete();
        return Task.CompletedTask;
    }

    private async Task<Batch> TakeAsync(IChannel channel, ChannelReader<Message> arrived, CancellationToken cancellationToken)
    {
        var batch = new Batch([], [], []);
        while (batch.Jobs.Count < DeliveryIntake.MaxJobs && arrived.TryRead(out var message))
        {
            try
            {
                batch.Jobs.AddRange(JobMessages.ReadIds(message.Body));
                batch.Tags.Add(message.Tag);
                batch.Properties.Add(message.Properties);
            }
            catch (JsonException exception)
            {
                Log.MessageRejected(logger, exception.Message);
                await IgnoreClosedAsync(() => channel.BasicRejectAsync(message.Tag, requeue: false, cancellationToken));
            }
        }

        return batch;
    }

    // Postgres being away is waited out with the messages in hand; the broker keeps the rest.
    private async Task AcceptAsync(IChannel channel, Batch batch, CancellationToken cancellationToken)
    {
        using var received = MessageSpans.StartReceive(Topology.NotifierResults, connection.Endpoint, batch.Properties);
        foreach (var jobs in batch.Jobs.Chunk(DeliveryIntake.MaxJobs))
        {
            while (!await TryAcceptAsync(jobs, cancellationToken))
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }

        if (batch.Tags.Count > 0)
        {
            await IgnoreClosedAsync(() => channel.BasicAckAsync(batch.Tags[^1], multiple: true, cancellationToken));
        }
    }

    // The broker puts unsettled messages of a closed channel back by itself, and a second time makes no second delivery.
    private static async Task IgnoreClosedAsync(Func<ValueTask> settle)
    {
        try
        {
            await settle();
        }
        catch (Exception exception) when (exception is AlreadyClosedException or OperationInterruptedException or ObjectDisposedException)
        {
        }
    }

    private async Task<bool> TryAcceptAsync(Guid[] jobs, CancellationToken cancellationToken)
    {
        try
        {
            await intake.AcceptAsync(jobs, cancellationToken);
            return true;
        }
        catch (PostgresException exception) when (IsAboutTheData(exception) && jobs.Length > 1)
        {
            foreach (var job in jobs)
            {
                await TryAcceptAsync([job], cancellationToken);
            }

            return true;
        }
        catch (PostgresException exception) when (IsAboutTheData(exception))
        {
            Log.JobSkipped(logger, jobs[0], exception.Message);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.AcceptFailed(logger, exception.Message);
            return false;
        }
    }

    private static bool IsAboutTheData(PostgresException exception) =>
        exception.SqlState.StartsWith("22", StringComparison.Ordinal) || exception.SqlState.StartsWith("23", StringComparison.Ordinal);

    private sealed record Message(ulong Tag, byte[] Body, IReadOnlyBasicProperties Properties);

    private sealed record Batch(List<Guid> Jobs, List<ulong> Tags, List<IReadOnlyBasicProperties> Properties);
}
