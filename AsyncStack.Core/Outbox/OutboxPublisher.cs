using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AsyncStack.Core.Outbox;

/// <summary>
/// The hot path: publishes what this process has just committed straight from memory and deletes the rows once the
/// broker has confirmed. It may fail or be killed at any point; what it leaves behind is the sweeper's.
/// </summary>
public sealed class OutboxPublisher : BackgroundService
{
    private readonly ConfirmedPublisher _publisher;
    private readonly OutboxTable _table;
    private readonly ILogger<OutboxPublisher> _logger;
    private readonly Channel<OutboxMessage> _messages;
    private readonly Channel<Guid> _confirmed = Channel.CreateUnbounded<Guid>(new() { SingleReader = true });
    private readonly SemaphoreSlim _inFlight;
    private readonly int _limit;
    private readonly TimeSpan _confirmTimeout;

    public OutboxPublisher(
        ConfirmedPublisher publisher, OutboxTable table, IOptions<OutboxOptions> options, ILogger<OutboxPublisher> logger)
    {
        _publisher = publisher;
        _table = table;
        _logger = logger;
        _limit = options.Value.InFlight;
        _confirmTimeout = options.Value.ConfirmTimeout;
        _inFlight = new SemaphoreSlim(_limit);
        _messages = Channel.CreateBounded<OutboxMessage>(new BoundedChannelOptions(options.Value.Capacity) { SingleReader = true });
    }

    /// <summary>Takes over a message whose row has been committed; when memory is full it stays with the sweeper.</summary>
    public void Publish(OutboxMessage message)
    {
        if (!_messages.Writer.TryWrite(message))
        {
            CoreMetrics.OutboxOverflow.Add(1);
        }
    }

    public override void Dispose()
    {
        _inFlight.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(PublishAllAsync(stoppingToken), DeleteAllAsync());

    private async Task PublishAllAsync(CancellationToken stoppingToken)
    {
        // What is under way at the stop is still awaited, or every stop would leave its last messages to be published twice.
        using var giveUp = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => giveUp.CancelAfter(_confirmTimeout));
        try
        {
            await foreach (var message in _messages.Reader.ReadAllAsync(stoppingToken))
            {
                await _inFlight.WaitAsync(stoppingToken);
                _ = PublishOneAsync(message, giveUp.Token);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }

        for (var i = 0; i < _limit; i++)
        {
            await _inFlight.WaitAsync(CancellationToken.None);
        }

        _confirmed.Writer.Complete();
    }

    private async Task PublishOneAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await _publisher.PublishAsync(message, cancellationToken);
            CoreMetrics.OutboxPublished.Add(1, CoreMetrics.HotPath);
            _confirmed.Writer.TryWrite(message.Id);
        }
        catch (Exception exception)
        {
            Log.PublishLeftToSweeper(_logger, message.Id, message.RoutingKey, exception.Message);
        }
        finally
        {
            _inFlight.Release();
        }
    }

    private async Task DeleteAllAsync()
    {
        var ids = new List<Guid>();
        while (await _confirmed.Reader.WaitToReadAsync())
        {
            // Rows may outlive their publish by the grace time, so a short wait costs nothing and saves a commit a message.
            await Task.Delay(TimeSpan.FromMilliseconds(50));
            while (_confirmed.Reader.TryRead(out var id))
            {
                ids.Add(id);
            }

            try
            {
                await _table.DeleteAsync(ids, CancellationToken.None);
            }
            catch (Exception exception)
            {
                Log.DeleteFailed(_logger, ids.Count, exception.Message);
            }

            ids.Clear();
        }
    }
}
