using AsyncStack.Bench.Datasets.Graph;
using AsyncStack.Bench.Datasets.Measuring;
using AsyncStack.Bench.Datasets.Reporting;

namespace AsyncStack.Bench.Datasets;

/// <summary>Brings one file into storage with and without the Api, in turns; the middle one of each way's times counts.</summary>
internal sealed class UploadComparison(RunningGraph graph, JobRunner jobs, string size, string input)
{
    private const int Rounds = 3;
    private readonly Dictionary<string, List<(double Seconds, double CpuSeconds)>> _taken = new(StringComparer.Ordinal);

    /// <summary>Leaves one dataset, which is ready.</summary>
    public async Task<(string Dataset, IReadOnlyList<Upload> Uploads)> RunAsync(CancellationToken cancellationToken)
    {
        var driver = graph.Storage["driver"];
        // Unmeasured: the first request of a cold Api.
        var (dataset, _) = await jobs.UploadAsync(graph.Gateway, input, cancellationToken);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (name, send) in PlainWays(driver))
                await MeasureAsync(name, send, cancellationToken);
            foreach (var (way, address) in new[] { ("gateway and Api", graph.Gateway), ("Api", graph.Api) })
            {
                // The upload before is validated first, so that its worker does not disturb, and goes, so that one copy is kept.
                await jobs.WaitUntilReadyAsync(dataset, cancellationToken);
                await jobs.DeleteAsync(dataset, cancellationToken);
                await MeasureAsync($"{way} ({driver})", async token => (dataset, _) = await jobs.UploadAsync(address, input, token), cancellationToken);
            }
        }

        await jobs.WaitUntilReadyAsync(dataset, cancellationToken);
        return (dataset, Middle(driver));
    }

    // The first is the one that ours is held against.
    private (string Name, Func<CancellationToken, Task> Send)[] PlainWays(string driver) => driver == "file"
        ?
        [
            ("copy, flushed to disk", token => PlainUpload.CopyAsync(graph.Storage["path"], input, flush: true, token)),
            ("copy into the page cache", token => PlainUpload.CopyAsync(graph.Storage["path"], input, flush: false, token)),
        ]
        : [("S3 SDK alone", token => PlainUpload.SendAsync(graph.Storage, input, token))];

    private async Task MeasureAsync(string way, Func<CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        // A virtual machine hands memory that lies free back to its host, and gets it again slowly: all ways begin with some at hand.
        if (graph.Storage["driver"] == "file")
            await PlainUpload.CopyAsync(graph.Storage["path"], input, flush: false, cancellationToken);
        var before = ProcessUse.CpuSeconds(graph.ApiProcess);
        var started = TimeProvider.System.GetTimestamp();
        await send(cancellationToken);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var after = ProcessUse.CpuSeconds(graph.ApiProcess);
        if (!_taken.TryGetValue(way, out var taken))
            _taken[way] = taken = [];
        taken.Add((seconds, after.User + after.System - before.User - before.System));
    }

    private List<Upload> Middle(string driver)
    {
        double bytes = new FileInfo(input).Length;
        var middle = _taken.ToDictionary(x => x.Key, x => x.Value.Order().ElementAt(Rounds / 2), StringComparer.Ordinal);
        var plain = PlainWays(driver).Select(x => middle[x.Name].Seconds).ToArray();
        var names = PlainWays(driver).Select(x => x.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. middle.Select(x => names.Contains(x.Key)
                ? new Upload(size, x.Key, bytes, x.Value.Seconds)
                : new Upload(size, x.Key, bytes, x.Value.Seconds, x.Value.CpuSeconds, plain[0], plain.ElementAtOrDefault(1))),
        ];
    }
}
