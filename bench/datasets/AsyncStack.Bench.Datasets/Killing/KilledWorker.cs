using System.Diagnostics;
using AsyncStack.Bench.Datasets.Answers;
using AsyncStack.Bench.Datasets.Generating;
using AsyncStack.Bench.Datasets.Graph;

namespace AsyncStack.Bench.Datasets.Killing;

/// <summary>
/// Kills the worker that runs a job, of two, in the middle of it, and checks that the other ends it with the same answer and that
/// nothing of the first attempt remains: no temporary file, no half result, nothing staged.
/// </summary>
internal sealed class KilledWorker(string runFile, RunningGraph first, string folder, HttpClient client)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // A normalized table is written in the second half, when what the first half spilled is gone.
    private static readonly (string Work, double Progress)[] Kills = [("metrics", 0.4), ("normalize-distinct", 0.35), ("normalize-distinct", 0.7)];

    private readonly List<string> _faults = [];
    private readonly JobRunner _jobs = new(first, client);

    private string Objects => first.Storage["path"];

    private string Temporary => first.TempPath ?? throw new InvalidOperationException("The graph's workers have no Datasets:TempPath of their own.");

    /// <summary>Answers 0, or 1 when something was wrong.</summary>
    public static async Task<int> RunAsync(
        string runFile, RunningGraph graph, string folder, (string Name, long Bytes) size, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        return await new KilledWorker(runFile, graph, folder, client).RunAsync(size, cancellationToken);
    }

    private async Task<int> RunAsync((string Name, long Bytes) size, CancellationToken cancellationToken)
    {
        var input = Path.Combine(folder, $"{size.Name}.csv");
        Console.Error.WriteLine($"{size.Name}: making the file and uploading");
        await HousingFile.MakeAsync(input, size.Bytes, cancellationToken);
        var (dataset, _) = await _jobs.UploadAsync(first.Api, input, cancellationToken);
        await _jobs.WaitUntilReadyAsync(dataset, cancellationToken);
        foreach (var kills in Kills.GroupBy(kill => kill.Work))
        {
            var work = Work.All.First(w => w.Name == kills.Key);
            Console.Error.WriteLine($"{size.Name}: {work.Name}");
            var whole = await UndisturbedAsync(work, dataset, cancellationToken);
            foreach (var (_, progress) in kills)
            {
                foreach (var difference in Answer.Differences(whole, await KillAsync(work, dataset, progress, cancellationToken)))
                    _faults.Add($"{work.Name}: after the kill {difference}");
            }
        }

        foreach (var fault in _faults)
            Console.WriteLine($"fault: {fault}");
        Console.WriteLine(_faults.Count == 0 ? "Every job ended right on another worker, and nothing remained." : "");
        return _faults.Count == 0 ? 0 : 1;
    }

    private async Task<IReadOnlyDictionary<string, double>> UndisturbedAsync(Work work, string dataset, CancellationToken cancellationToken)
    {
        var job = await _jobs.SubmitAsync(work, dataset, cancellationToken);
        await _jobs.CompleteAsync(job, cancellationToken);
        return await AnswerAsync(work, job, cancellationToken);
    }

    private async Task<IReadOnlyDictionary<string, double>> KillAsync(Work work, string dataset, double progress, CancellationToken cancellationToken)
    {
        // The worker killed before has been started again by then.
        var graph = await RunningGraph.WaitAsync(runFile, Patience, cancellationToken);
        Expect(graph.Workers.Count == 2, $"{work.Name}: {graph.Workers.Count} workers run before the kill");
        var job = await _jobs.SubmitAsync(work, dataset, cancellationToken);
        var reached = await ReachAsync(job, progress, cancellationToken);
        var reader = OpenFiles.Below(Path.Combine(Objects, "datasets")).First(file => graph.Workers.Contains(file.ProcessId)).ProcessId;
        var spilled = OpenFiles.Below(Temporary).Where(file => file.ProcessId == reader).ToArray();
        using (var process = Process.GetProcessById(reader))
        {
            process.Kill();
            await process.WaitForExitAsync(cancellationToken);
        }

        var killedAt = TimeProvider.System.GetUtcNow();
        var staged = Staged().Sum(file => new FileInfo(file).Length);
        Expect(spilled.Length > 0 || staged > 0, $"{work.Name}: at {reached:P0} there was nothing that could remain");
        ExpectNothingTemporary($"{work.Name}: right after the kill");
        Expect(Results(job).Length == 0, $"{work.Name}: a half result is there: {string.Join(", ", Results(job))}");
        var ended = await _jobs.CompleteAsync(job, cancellationToken);
        var attempt = ended.GetProperty("attempt").GetInt32();
        Expect(attempt == 2, $"{work.Name}: attempt {attempt} completed it, not 2");
        var answer = await AnswerAsync(work, job, cancellationToken);
        ExpectNothingTemporary($"{work.Name}: after the end");
        Expect(Results(job).Length == 1, $"{work.Name}: the results are {string.Join(", ", Results(job))}");
        Expect(Staged().Length == 0, $"{work.Name}: still staged: {string.Join(", ", Staged())}");
        var (started, finished) = (ended.GetProperty("started_at").GetDateTimeOffset(), ended.GetProperty("finished_at").GetDateTimeOffset());
        Console.WriteLine(
            $"{work.Name}: worker {reader} killed at {reached:P0} with {spilled.Sum(file => file.Bytes) / 1e6:0} MB in {spilled.Length} files without a name "
            + $"and {staged / 1e6:0} MB staged; attempt {attempt} began {(started - killedAt).TotalSeconds:0.0} s later and took {(finished - started).TotalSeconds:0.0} s");
        return answer;
    }

    private async Task<double> ReachAsync(string job, double progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = await _jobs.GetAsync($"/jobs/{job}", cancellationToken);
            var (state, at) = (seen.GetProperty("job_status").GetString(), seen.GetProperty("progress").GetDouble());
            if (state is not ("pending" or "running"))
                throw new InvalidOperationException($"The job was {state} before it could be killed.");
            if (at >= progress)
                return at;
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<IReadOnlyDictionary<string, double>> AnswerAsync(Work work, string job, CancellationToken cancellationToken)
    {
        var output = Path.Combine(folder, "answer");
        await _jobs.DownloadAsync(job, output, cancellationToken);
        var answer = Answer.Read(work, output);
        File.Delete(output);
        return answer;
    }

    private void ExpectNothingTemporary(string when)
    {
        foreach (var name in Directory.GetFileSystemEntries(Temporary))
            _faults.Add($"{when}: '{name}' remains");
        foreach (var (process, name, bytes) in OpenFiles.Below(Temporary))
            _faults.Add($"{when}: process {process} still holds '{name}' of {bytes} bytes");
    }

    private string[] Staged() => Directory.GetFiles(Path.Combine(Objects, ".incoming"));

    private string[] Results(string job)
    {
        var results = Path.Combine(Objects, "job-results", job);
        return Directory.Exists(results) ? Directory.GetFiles(results, "*", SearchOption.AllDirectories) : [];
    }

    private void Expect(bool condition, string fault)
    {
        if (!condition)
            _faults.Add(fault);
    }
}
