using System.Net;

namespace AsyncStack.Bench.Load;

/// <summary>A fixed number of jobs over a fixed number of connections, each sending its next as soon as it has its answer.</summary>
internal static class ClosedLoop
{
    public static async Task<LoadResult> RunAsync(
        Uri address, byte[] request, int connections, int jobs, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetUtcNow();
        var clock = TimeProvider.System.GetTimestamp();
        var remaining = jobs;
        var refused = 0;
        var accepted = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(SubmitAsync, cancellationToken)));
        return new LoadResult(started, TimeProvider.System.GetElapsedTime(clock), [.. accepted.SelectMany(x => x)], refused);

        async Task<List<Submitted>> SubmitAsync()
        {
            var mine = new List<Submitted>(jobs / connections * 2);
            using var connection = await LeanConnection.OpenAsync(address, cancellationToken);
            while (Interlocked.Decrement(ref remaining) >= 0)
            {
                var sentAt = TimeProvider.System.GetUtcNow();
                var sent = TimeProvider.System.GetTimestamp();
                var answer = await connection.SendAsync(request, cancellationToken);
                if (answer.Status == (int)HttpStatusCode.Accepted)
                    mine.Add(new Submitted(answer.Id, sentAt, TimeProvider.System.GetElapsedTime(sent)));
                else
                    Interlocked.Increment(ref refused);
            }

            return mine;
        }
    }
}
