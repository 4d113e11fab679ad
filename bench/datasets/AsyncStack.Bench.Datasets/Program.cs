using System.CommandLine;
using AsyncStack.Bench.Datasets;
using AsyncStack.Bench.Datasets.Graph;
using AsyncStack.Bench.Datasets.Killing;

var quick = new Option<bool>("--quick") { Description = "100 MB alone." };
var only = new Option<string?>("--only") { Description = "Measure one of them alone." };
only.AcceptOnlyFromAmong("ours", "pandas", "duckdb", "upload", "kill");
var folder = new Option<string>("--folder") { Description = "Where the files are made and kept.", Required = true };
var runFile = new Option<string?>("--run-file") { Description = "run.json of the running graph; without it the peers alone." };
var peers = new Option<string>("--peers") { Description = "The folder of the peers' sources.", Required = true };
var limit = new Option<int>("--limit-seconds") { Description = "Break off after this time.", DefaultValueFactory = _ => 1800 };

var command = new RootCommand("Measures dataset jobs beside pandas and DuckDB.") { quick, only, folder, runFile, peers, limit };
command.SetAction(async (arguments, cancellationToken) =>
{
    using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    deadline.CancelAfter(TimeSpan.FromSeconds(arguments.GetValue(limit)));
    try
    {
        var graph = arguments.GetValue(runFile) is { } file ? await RunningGraph.WaitAsync(file, TimeSpan.FromSeconds(90), deadline.Token) : null;
        (string, long)[] sizes = arguments.GetValue(quick) ? [("100MB", 100_000_000)] : [("100MB", 100_000_000), ("1GB", 1_000_000_000)];
        if (arguments.GetValue(only) == "kill")
            return await KilledWorker.RunAsync(arguments.GetRequiredValue(runFile)!, graph!, arguments.GetRequiredValue(folder), sizes[^1], deadline.Token);
        using var comparison = new Comparison(graph, arguments.GetRequiredValue(folder), arguments.GetRequiredValue(peers), arguments.GetValue(only));
        return await comparison.RunAsync(sizes, deadline.Token);
    }
    catch (Exception exception) when (exception is TimeoutException or InvalidOperationException or OperationCanceledException)
    {
        await Console.Error.WriteLineAsync(exception.Message);
        return 1;
    }
});
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(12) });
