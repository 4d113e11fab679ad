using System.Diagnostics;
using AsyncStack.Demo;

if (args is not [var runFile, var graph])
{
    Console.Error.WriteLine("usage: AsyncStack.Demo <run.json> <pid of the graph>");
    return 2;
}

var starting = Stopwatch.StartNew();
using var process = Process.GetProcessById(int.Parse(graph));
var gateway = await RunningGraph.WaitForGatewayAsync(runFile, process, TimeSpan.FromMinutes(3));
Console.WriteLine($"The graph is healthy after {starting.Elapsed.TotalSeconds:0.0} s: {gateway}");
using var client = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(60) };
var ok = true;
foreach (var sample in Sample.All)
{
    ok &= await new JobTrip(client, sample).RunAsync(Console.Out);
}

ok &= await new DatasetTrip(client, Console.Out).RunAsync();
Console.WriteLine(ok ? "Every job went all the way." : "Not every job went all the way.");
return ok ? 0 : 1;
