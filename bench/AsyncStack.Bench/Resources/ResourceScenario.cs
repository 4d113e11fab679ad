using System.Collections.Concurrent;
using AsyncStack.Bench.Load;
using AsyncStack.Bench.Reporting;
using Npgsql;

namespace AsyncStack.Bench.Resources;

/// <summary>Creates, reads, replaces and deletes resources, each as fast as is answered, and waits until every event of it was taken in.</summary>
/// <param name="api">The Api.</param>
/// <param name="database">Its database.</param>
/// <param name="figures">Takes what is measured.</param>
internal sealed class ResourceScenario(Uri api, NpgsqlDataSource database, ResourceFigures figures)
{
    private const int Connections = 64;
    private const string Path = "/api/v1/resources";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(int count, CancellationToken cancellationToken)
    {
        await RoundAsync(count / 5, cancellationToken);
        var before = await CountEventsAsync(cancellationToken);
        var started = TimeProvider.System.GetTimestamp();
        (figures.Create, figures.Read, figures.Replace, figures.Delete) = await RoundAsync(count, cancellationToken);
        var ended = TimeProvider.System.GetTimestamp();
        var changes = 3L * count;
        while (await CountEventsAsync(cancellationToken) - before < changes)
        {
            if (TimeProvider.System.GetElapsedTime(ended) > Patience)
            {
                figures.Faults.Add($"{changes - (await CountEventsAsync(cancellationToken) - before)} events are not in processed_events");
                return;
            }

            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }

        figures.EventsPerSecond = changes / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    private async Task<(CallFigures Create, CallFigures Read, CallFigures Replace, CallFigures Delete)> RoundAsync(
        int count, CancellationToken cancellationToken)
    {
        var ids = new ConcurrentBag<Guid>();
        var create = await MeasureAsync(
            Enumerable.Repeat(Request("POST", Path, """{"name":"bench","description":"made to be measured"}"""), count), 201, ids, cancellationToken);
        return (
            create,
            await MeasureAsync(ids.Select(id => Request("GET", $"{Path}/{id}")), 200, null, cancellationToken),
            await MeasureAsync(ids.Select(id => Request("PUT", $"{Path}/{id}", """{"name":"renamed","status":"active"}""")), 200, null, cancellationToken),
            await MeasureAsync(ids.Select(id => Request("DELETE", $"{Path}/{id}")), 204, null, cancellationToken));
    }

    private byte[] Request(string method, string path, string? json = null) => LeanConnection.Request(method, new Uri(api, path), json);

    private async Task<CallFigures> MeasureAsync(
        IEnumerable<byte[]> requests, int expected, ConcurrentBag<Guid>? ids, CancellationToken cancellationToken)
    {
        var queue = new ConcurrentQueue<byte[]>(requests);
        var (count, refused) = (queue.Count, 0);
        var clock = TimeProvider.System.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(SendAsync, cancellationToken)));
        var seconds = TimeProvider.System.GetElapsedTime(clock).TotalSeconds;
        if (refused > 0)
            figures.Faults.Add($"{refused} of {count} requests were not answered with {expected}");
        return new CallFigures(count / seconds, Percentiles.Of(times.SelectMany(x => x)), count);

        async Task<List<TimeSpan>> SendAsync()
        {
            var mine = new List<TimeSpan>();
            using var connection = await LeanConnection.OpenAsync(api, cancellationToken);
            while (queue.TryDequeue(out var request))
            {
                var sent = TimeProvider.System.GetTimestamp();
                var answer = await connection.SendAsync(request, cancellationToken);
                mine.Add(TimeProvider.System.GetElapsedTime(sent));
                if (answer.Status != expected)
                    Interlocked.Increment(ref refused);
                ids?.Add(answer.Id);
            }

            return mine;
        }
    }

    private async Task<long> CountEventsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select count(*) from processed_events where event_type like 'resource.%'");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
