using AsyncStack.Core.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace AsyncStack.Worker.Consuming;

/// <summary>
/// Keeps one queue consumed. The client library brings channel and consumer back after a lost connection; a channel that
/// the broker closed by itself, or a consumer it canceled, is opened anew here.
/// </summary>
public sealed class QueueConsumer(
    IConnection connection, string queue, ushort prefetch, Func<Delivery, ValueTask> receive, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private static readonly TimeSpan ReopenDelay = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private Subscription? _current;
    private bool _paused;
    private bool _held;

    private bool Wanted => !_paused && !_held;

    /// <summary>Opens the channel and consumes, trying again until the broker lets it.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        while (!await TryOpenAsync(either.Token))
        {
            await Task.Delay(ReopenDelay, time, either.Token);
        }
    }

    /// <summary>Takes no more deliveries until <see cref="ResumeAsync"/>: there is no room for them.</summary>
    public Task PauseAsync() => ApplyAsync(() => _paused = true);

    public Task ResumeAsync() => ApplyAsync(() => _paused = false);

    /// <summary>Takes no more deliveries until <see cref="ReleaseAsync"/>, resumed or not: an operator wants it so.</summary>
    public Task HoldAsync() => ApplyAsync(() => _held = true);

    public Task ReleaseAsync() => ApplyAsync(() => _held = false);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _gate.WaitAsync();
        if (_current is not null)
        {
            await _current.Channel.DisposeAsync();
        }
    }

    private async Task ApplyAsync(Action change)
    {
        await _gate.WaitAsync();
        try
        {
            change();
            await (_current is null ? Task.CompletedTask : Wanted ? _current.ConsumeAsync(_stopping.Token) : _current.PauseAsync());
        }
        catch (Exception exception) when (!_stopping.IsCancellationRequested)
        {
            Log.ConsumeFailed(logger, queue, exception.Message);
            Reopen();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<bool> TryOpenAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await OpenAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.ConsumeFailed(logger, queue, exception.Message);
            return false;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_current is not null)
        {
            await _current.Channel.DisposeAsync();
            _current = null;
        }

        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await Topology.DeclareAsync(channel, cancellationToken);
        await channel.BasicQosAsync(0, prefetch, global: false, cancellationToken);
        channel.ChannelShutdownAsync += OnShutdownAsync;
        _current = new Subscription(channel, queue, receive) { Broker = connection.Endpoint, Canceled = Reopen };
        if (Wanted)
        {
            await _current.ConsumeAsync(cancellationToken);
        }
    }

    private Task OnShutdownAsync(object sender, ShutdownEventArgs reason)
    {
        if (connection.IsOpen && reason.Initiator != ShutdownInitiator.Application)
        {
            Log.ChannelClosed(logger, queue, reason.ReplyText);
            Reopen();
        }

        return Task.CompletedTask;
    }

    private void Reopen()
    {
        if (!_stopping.IsCancellationRequested)
        {
            _ = Task.Run(() => StartAsync(CancellationToken.None));
        }
    }
}
