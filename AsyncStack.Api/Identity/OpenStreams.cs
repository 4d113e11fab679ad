using System.Collections.Concurrent;
using AsyncStack.Api.Identity.Keys;

namespace AsyncStack.Api.Identity;

/// <summary>
/// Breaks off streams of events whose callers may not listen any more: their key was revoked, or it or their token has expired. They come
/// again by themselves, and are refused then.
/// </summary>
internal sealed class OpenStreams(KeyVerifier keys, TimeProvider time, ILogger<OpenStreams> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<HttpContext, CallerIdentity> _open = new();

    /// <summary>Watches over a stream until its request ends.</summary>
    public void Add(HttpContext context)
    {
        if (CallerIdentity.Of(context) is { } caller && caller != CallerIdentity.Anonymous)
        {
            _open[context] = caller;
            context.Response.OnCompleted(() =>
            {
                _open.TryRemove(context, out _);
                return Task.CompletedTask;
            });
        }
    }

    /// <summary>Breaks off those that are not to go on.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var (caller, streams) in _open.ToArray().GroupBy(s => s.Value, s => s.Key, (caller, streams) => (caller, streams)))
        {
            if (!await MayListenAsync(caller, cancellationToken))
            {
                foreach (var stream in streams)
                {
                    stream.Abort();
                }
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryLookAsync(stoppingToken);
        }
    }

    // While the database is away nobody is let in anew; who is in stays, and hears nothing.
    private async Task TryLookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.StreamsNotChecked(logger, exception.Message);
        }
    }

    private async ValueTask<bool> MayListenAsync(CallerIdentity caller, CancellationToken cancellationToken) =>
        caller.KeyPrefix is { } prefix
            ? keys.CheckHolder(await keys.FindAsync(prefix, cancellationToken)).Succeeded
            : caller.ExpiresAt is not { } end || end > time.GetUtcNow();
}
