using AsyncStack.Hosting.Tests.Native;
using AsyncStack.Hosting.Tests.Processes;

namespace AsyncStack.Hosting.Tests.Running;

public sealed class GraphProcessTests : IDisposable
{
    private const string Up = "The graph is up";
    private readonly TemporaryFolder _home = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Killed_graph_leaves_no_process_and_the_next_takes_up_its_ports()
    {
        using var graph = GraphProcess.Start(_home.Path);
        await graph.ReadUntilAsync(Up, Cancellation);
        var (processes, cache) = await RunAsync(_home.Path, expectedProcesses: 2);

        graph.Kill();

        await Waiting.ForAsync(() => !processes.Any(ProcessTable.IsRunning), "every process of the graph to end");
        using var next = GraphProcess.Start(_home.Path);
        await next.ReadUntilAsync(Up, Cancellation);
        Assert.Equal(cache, (await RunAsync(_home.Path, expectedProcesses: 2)).Cache);
        Assert.Equal(0, await next.TerminateAsync(Cancellation));
    }

    [Fact]
    public async Task Graph_is_up_when_its_last_resource_is()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Waiting.AtMost);
        using var graph = GraphProcess.Start(_home.Path);

        await graph.ReadUntilAsync("service | Healthy", patience.Token);
        await graph.ReadUntilAsync(Up, patience.Token);

        Assert.Equal(0, await graph.TerminateAsync(Cancellation));
    }

    [Fact]
    public async Task Two_graphs_of_one_checkout_run_side_by_side()
    {
        using var one = GraphProcess.Start(_home.Path);
        await one.ReadUntilAsync(Up, Cancellation);
        using var two = GraphProcess.Start(_home.Path);
        await two.ReadUntilAsync(Up, Cancellation);

        var first = await RunAsync(_home.Path, expectedProcesses: 2);
        var second = await RunAsync(Path.Combine(_home.Path, "2"), expectedProcesses: 2);

        Assert.NotEqual(first.Cache, second.Cache);
        Assert.Empty(first.Processes.Intersect(second.Processes));
        Assert.Equal(0, await two.TerminateAsync(Cancellation));
        Assert.All(first.Processes, process => Assert.True(ProcessTable.IsRunning(process)));
        Assert.Equal(0, await one.TerminateAsync(Cancellation));
    }

    [Fact]
    public async Task Terminated_graph_stops_everything_and_takes_its_run_file_along()
    {
        using var graph = GraphProcess.Start(_home.Path);
        await graph.ReadUntilAsync(Up, Cancellation);
        var (processes, _) = await RunAsync(_home.Path, expectedProcesses: 2);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(RunFile(_home.Path)));

        Assert.Equal(0, await graph.TerminateAsync(Cancellation));

        Assert.DoesNotContain(processes, ProcessTable.IsRunning);
        Assert.False(File.Exists(RunFile(_home.Path)));
    }

    [Fact]
    public async Task Graph_whose_resource_cannot_start_ends_with_the_reason_and_an_error_code()
    {
        using var graph = GraphProcess.Start(_home.Path, "--script", "echo the disk is on fire >&2; exit 7");

        Assert.Equal(1, await graph.EndAsync(Cancellation));

        var errors = await graph.ErrorsAsync(Cancellation);
        Assert.Contains("'service' did not come up", errors, StringComparison.Ordinal);
        Assert.Contains("exit code 7", errors, StringComparison.Ordinal);
        Assert.Contains("the disk is on fire", errors, StringComparison.Ordinal);
    }

    private static string RunFile(string home) => Path.Combine(home, "run.json");

    // The file follows the graph a moment later.
    private static async Task<(IReadOnlyList<int> Processes, string Cache)> RunAsync(string home, int expectedProcesses)
    {
        await Waiting.ForAsync(() => File.Exists(RunFile(home)) && GraphProcess.ReadRun(home).Processes.Count == expectedProcesses, "run.json to tell all processes");
        return GraphProcess.ReadRun(home);
    }
}
