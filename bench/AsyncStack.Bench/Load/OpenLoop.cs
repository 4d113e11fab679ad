using System.Collections.Concurrent;
using System.Net;

namespace AsyncStack.Bench.Load;

/// <summary>Jobs at a steady rate, sent when they are due whether or not earlier ones have been answered.</summary>
internal static class OpenLoop
{
    public static async Task<LoadResult> RunAsync(
        Uri address, byte[] request, int perSecond, TimeSpan duration, CancellationToken cancellationToken)
    {
        var idle = new ConcurrentBag<LeanConnection>();
        var accepted = new ConcurrentBag<Submitted>();
        var sending = new List<Task>();
        var refused = 0;
        var started = TimeProvider.System.GetUtcNow();
        var clock = TimeProvider.System.GetTimestamp();
        using (var timer = new PeriodicTimer(TimeSpan.FromSeconds(1) / perSecond))
        {
            for (var due = (int)(duration.TotalSeconds * perSecond); due > 0; due--)
            {
                await timer.WaitForNextTickAsync(cancellationToken);
                sending.Add(SubmitAsync());
            }
        }

        await Task.WhenAll(sending);
        foreach (var connection in idle)
            connection.Dispose();
        return new LoadResult(started, TimeProvider.System.GetElapsedTime(clock), [.. accepted], refused);

        async Task SubmitAsync()
        {
            if (!idle.TryTake(out var connection))
                connection = await LeanConnection.OpenAsync(address, cancellationToken);
            var sentAt = TimeProvider.System.GetUtcNow();
            var sent = TimeProvider.System.GetTimestamp();
            var answer = await connection.SendAsync(request, cancellationToken);
            if (answer.Status == (int)HttpStatusCode.Accepted)
                accepted.Add(new Submitted(answer.Id, sentAt, TimeProvider.System.GetElapsedTime(sent)));
            else
                Interlocked.Increment(ref refused);
            idle.Add(connection);
        }
    }
}
