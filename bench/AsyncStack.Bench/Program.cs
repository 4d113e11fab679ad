using System.CommandLine;
using AsyncStack.Bench;
using AsyncStack.Bench.Graph;
using AsyncStack.Bench.Workflows;

var quick = new Option<bool>("--quick") { Description = "A look in under two minutes instead of the full run." };
var only = new Option<string?>("--only") { Description = "Measure one system alone." };
only.AcceptOnlyFromAmong("ours", "celery", "raw", "resources", "grpc", "telemetry", "auth");
var workflows = new Option<bool>("--workflows") { Description = "Measure workflows alone." };
var runFile = new Option<FileInfo>("--run-file") { Description = "run.json of the running graph.", Required = true };
var peers = new Option<DirectoryInfo>("--peers") { Description = "The folder of the peers' sources.", Required = true };
var protos = new Option<DirectoryInfo>("--protos") { Description = "The folder of the .proto files.", Required = true };
var exporting = new Option<FileInfo?>("--exporting-run-file") { Description = "run.json of a second graph that exports telemetry, for --only telemetry." };
var sink = new Option<int?>("--otlp-sink-port") { Description = "Take what the second graph exports at this port; without it the graph has a receiver of its own." };
var guarded = new Option<FileInfo?>("--guarded-run-file") { Description = "run.json of a second graph that wants a key, for --only auth." };
var firstKey = new Option<string?>("--first-key") { Description = "The first key of that graph." };
var limit = new Option<int>("--limit-seconds") { Description = "Break off after this time.", DefaultValueFactory = _ => 240 };

var command = new RootCommand("Measures a running AsyncStack graph, and beside it the raw broker, FastAPI + Celery and a gRPC server of grpc-js.") { quick, only, workflows, runFile, peers, protos, exporting, sink, guarded, firstKey, limit };
command.SetAction(async (arguments, cancellationToken) =>
{
    using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    deadline.CancelAfter(TimeSpan.FromSeconds(arguments.GetValue(limit)));
    try
    {
        var graph = await RunFile.WaitAsync(arguments.GetRequiredValue(runFile), TimeSpan.FromSeconds(90), deadline.Token);
        if (arguments.GetValue(workflows))
            return await new WorkflowComparison(graph, arguments.GetRequiredValue(peers), arguments.GetValue(quick)).RunAsync(deadline.Token);
        var sizes = arguments.GetValue(quick) ? Sizes.Quick : Sizes.Full;
        var second = arguments.GetValue(exporting) is { } file ? await RunFile.WaitAsync(file, TimeSpan.FromSeconds(90), deadline.Token) : null;
        (RunningGraph, string)? wantsKey = arguments.GetValue(guarded) is { } other
            ? (await RunFile.WaitAsync(other, TimeSpan.FromSeconds(90), deadline.Token), arguments.GetRequiredValue(firstKey)!)
            : null;
        return await new Comparison(
            graph, arguments.GetRequiredValue(peers), arguments.GetRequiredValue(protos), sizes, arguments.GetValue(only), second, arguments.GetValue(sink), wantsKey).RunAsync(deadline.Token);
    }
    catch (Exception exception) when (exception is TimeoutException or InvalidOperationException)
    {
        await Console.Error.WriteLineAsync(exception.Message);
        return 1;
    }
});

// On SIGTERM the peers are stopped and the graph's processes continued before this one ends.
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(12) });
