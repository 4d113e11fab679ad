using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Identity.Keys;

/// <summary>Remembers when keys were used and writes it down now and then, in one statement for all.</summary>
internal sealed class KeyUses(KeyTable table, IOptions<AuthOptions> options, TimeProvider time, ILogger<KeyUses> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _uses = new();

    /// <summary>A key was used now.</summary>
    public void Add(Guid key) => _uses[key] = time.GetUtcNow();

    /// <summary>Writes what has come together. What cannot be written waits for the next time.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var uses = _uses.ToArray();
        if (uses.Length == 0)
        {
            return;
        }

        await table.WriteUsesAsync(uses, cancellationToken);
        foreach (var use in uses)
        {
            // One that came meanwhile stays.
            _uses.TryRemove(use);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryWriteAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.UseInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryWriteAsync(stoppingToken);
        }
    }

    private async Task TryWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.UsesNotWritten(logger, _uses.Count, exception.Message);
        }
    }
}
