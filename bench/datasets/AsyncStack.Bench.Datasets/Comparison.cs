using AsyncStack.Bench.Datasets.Answers;
using AsyncStack.Bench.Datasets.Generating;
using AsyncStack.Bench.Datasets.Graph;
using AsyncStack.Bench.Datasets.Measuring;
using AsyncStack.Bench.Datasets.Peers;
using AsyncStack.Bench.Datasets.Reporting;

namespace AsyncStack.Bench.Datasets;

/// <summary>Does the same work with one system after another on files of growing size, and holds their answers against each other.</summary>
/// <param name="graph">The running graph; null measures the peers alone.</param>
/// <param name="folder">Where the files and the answers lie.</param>
/// <param name="peers">The folder of the peers' sources.</param>
/// <param name="only"><c>ours</c>, <c>pandas</c>, <c>duckdb</c> or <c>upload</c>; null for all.</param>
internal sealed class Comparison(RunningGraph? graph, string folder, string peers, string? only) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);
    private readonly List<Result> _results = [];
    private readonly List<Upload> _uploads = [];
    private readonly List<string> _faults = [];
    private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };

    // Debian's own interpreter: the packages are installed for it, and another may come first on the PATH.
    private readonly Peer _pandas = new("pandas", "/usr/bin/python3", Path.Combine(peers, "pandas", "work.py"));
    private readonly Peer _duckDb = new("duckdb", "node", Path.Combine(peers, "duckdb", "work.mjs"));

    /// <summary>Answers 0, or 1 when something failed or the answers differ.</summary>
    public async Task<int> RunAsync(IReadOnlyList<(string Name, long Bytes)> sizes, CancellationToken cancellationToken)
    {
        foreach (var (size, bytes) in sizes)
        {
            Console.Error.WriteLine($"{size}: making the file");
            var input = Path.Combine(folder, $"{size}.csv");
            await HousingFile.MakeAsync(input, bytes, cancellationToken);
            await GuardAsync($"{size}, all", () => MeasureAsync(size, input, cancellationToken));
        }

        foreach (var fault in _faults)
            Console.WriteLine($"fault: {fault}");
        Report.Write(Console.Out, _results, _uploads);
        return _faults.Count == 0 ? 0 : 1;
    }

    public void Dispose() => _client.Dispose();

    private async Task MeasureAsync(string size, string input, CancellationToken cancellationToken)
    {
        var dataset = graph is null ? null : await UploadAsync(graph, size, input, cancellationToken);
        if (only == "upload")
            return;
        foreach (var work in Work.All)
        {
            var answers = new List<(string System, IReadOnlyDictionary<string, double> Numbers)>();
            if (dataset is not null && Wanted("ours"))
                await DoAsync(size, work, work.Name, "ours", answers, (output, token) => new JobRunner(graph!, _client).RunAsync(work, dataset, output, token), cancellationToken);
            if (!work.Informative && Wanted("pandas"))
                await DoAsync(size, work, work.Name, "pandas", answers, (output, token) => _pandas.RunAsync(work.Name, input, output, token), cancellationToken);
            if (work.JobType == "anomalies" && Wanted("pandas"))
                await DoAsync(size, work, work.Name, "pandas, one column", answers, (output, token) => _pandas.RunAsync($"{work.Name}-column", input, output, token), cancellationToken);
            if (work.JobType != "compare" && Wanted("duckdb"))
                await DoAsync(size, work, work.Name, "duckdb", answers, (output, token) => _duckDb.RunAsync(work.Name, input, output, token), cancellationToken);
            Compare(size, work, answers);
        }
    }

    private bool Wanted(string system) => only is null || only == system;

    private async Task DoAsync(
        string size, Work work, string name, string system, List<(string, IReadOnlyDictionary<string, double>)> answers,
        Func<string, CancellationToken, Task<Measurement>> run, CancellationToken cancellationToken)
    {
        Console.Error.WriteLine($"{size}: {name}, {system}");
        var output = Path.Combine(folder, "answer");
        await GuardAsync($"{size} {name}, {system}", async () =>
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            var figures = await run(output, patience.Token);
            if (!work.Informative)
                answers.Add((system, Answer.Read(work, output)));
            _results.Add(new Result(size, name, system, figures));
        });
        File.Delete(output);
    }

    /// <summary>A faster wrong answer is a fault; the answers of the others are held against pandas', or the first there is.</summary>
    private void Compare(string size, Work work, List<(string System, IReadOnlyDictionary<string, double> Numbers)> answers)
    {
        var (name, expected) = answers.FirstOrDefault(x => x.System == "pandas") is { Numbers: not null } pandas ? pandas : answers.FirstOrDefault();
        foreach (var (system, numbers) in answers.Where(x => x.System != name))
        {
            foreach (var difference in Answer.Differences(expected!, numbers))
                _faults.Add($"{size} {work.Name}: {system} against {name}: {difference}");
        }
    }

    private async Task<string?> UploadAsync(RunningGraph running, string size, string input, CancellationToken cancellationToken)
    {
        if (!Wanted("ours") && only != "upload")
            return null;
        Console.Error.WriteLine($"{size}: uploading");
        var (dataset, uploads) = await new UploadComparison(running, new JobRunner(running, _client), size, input).RunAsync(cancellationToken);
        _uploads.AddRange(uploads);
        return dataset;
    }

    /// <summary>What breaks off leaves the other figures standing.</summary>
    private async Task GuardAsync(string what, Func<Task> measure)
    {
        try
        {
            await measure();
        }
        catch (OperationCanceledException)
        {
            _faults.Add($"{what}: stopped before its end, by a time limit or a signal");
        }
        catch (Exception exception)
        {
            _faults.Add($"{what}: {exception.Message}");
        }
    }
}
