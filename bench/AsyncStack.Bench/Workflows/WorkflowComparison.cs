using System.Globalization;
using AsyncStack.Bench.Graph;
using Npgsql;

namespace AsyncStack.Bench.Workflows;

/// <summary>Measures workflows, and beside them Celery's chains and groups, each with the machine to itself.</summary>
internal sealed class WorkflowComparison(RunningGraph graph, DirectoryInfo peers, bool quick)
{
    // Forty jobs of 10 ms in sixteen slots, or in Celery's two processes.
    private const double SequenceWork = 40 * 0.01;

    /// <summary>Answers 0, or 1 when a run did not complete.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var rounds = quick ? 3 : 10;
        await using var database = NpgsqlDataSource.Create(graph.Servers.Postgres);
        using var scenario = new WorkflowScenario(graph.Api, database);
        Say("ours: 40 steps in sequence");
        var (overhead, sequence) = await scenario.SequenceAsync(rounds, cancellationToken);
        Say("ours: 40 steps in parallel");
        var parallel = await scenario.ParallelAsync(rounds, cancellationToken);
        Say("ours: fan-out over 1,000 items");
        var fanOut = await scenario.FanOutAsync(rounds, cancellationToken);
        Say("ours: runs of ten steps at once");
        var chains = await scenario.ConcurrentAsync(quick ? 60 : 200, cancellationToken);
        ChainFigures celery;
        using (graph.Freeze())
        {
            Say("celery: chains and groups");
            celery = await CeleryChains.MeasureAsync(graph.Servers, Path.Combine(peers.FullName, "celery"), quick, cancellationToken);
        }

        Write($"overhead of a step in sequence: p50 {overhead.P50:0.0} ms, p99 {overhead.P99:0.0} ms (from the start of a step to that of the next, less its 10 ms)");
        Write("| | ours | Celery |");
        Write("|---|---|---|");
        Write($"| 40 steps of 10 ms in sequence, overhead a step | {PerStep(sequence):0.0} ms | {PerStep(celery.Sequence):0.0} ms |");
        Write($"| 40 steps of 10 ms in parallel, in all | {Median(parallel) * 1000:0} ms | {Median(celery.Parallel) * 1000:0} ms |");
        Write($"| fan-out over 1,000 and fan-in, in all | {Median(fanOut) * 1000:0} ms | {Median(celery.FanOut) * 1000:0} ms |");
        Write($"| {(quick ? 60 : 200)} runs of ten steps at once, steps a second | {chains:0} | {celery.Chains:0} |");
        Write($"steps a second, ours over Celery's: {chains / celery.Chains:0.0}");
        return 0;
    }

    private static double PerStep(IReadOnlyList<double> seconds) => (Median(seconds) - SequenceWork) / 40 * 1000;

    private static double Median(IReadOnlyList<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Write(string line) => Console.WriteLine(line);

    private static void Say(string phase) => Console.Error.WriteLine(phase);
}
