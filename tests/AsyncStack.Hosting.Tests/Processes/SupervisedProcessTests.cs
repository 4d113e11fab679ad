using System.Collections.Concurrent;
using System.Diagnostics;
using AsyncStack.Hosting.Runtime;
using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Tests.Processes;

public sealed class SupervisedProcessTests
{
    private readonly ConcurrentQueue<(string Line, bool IsError)> _log = new();
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("kill -s KILL $$", 137)]
    public async Task Exit_code_is_the_commands(string script, int expected)
    {
        await using var process = await StartAsync(script);

        Assert.Equal(expected, await process.Exited.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task Output_and_errors_arrive_by_line()
    {
        await using var process = await StartAsync("echo one; echo two >&2; printf three");
        await process.Exited.WaitAsync(Cancellation);

        Assert.Equal([("one", false), ("three", false)], _log.Where(entry => !entry.IsError));
        Assert.Equal([("two", true)], _log.Where(entry => entry.IsError));
    }

    [Fact]
    public async Task Endless_line_arrives_in_bounded_pieces()
    {
        await using var process = await StartAsync("head -c 100000 /dev/zero | tr '\\0' x");
        await process.Exited.WaitAsync(Cancellation);

        Assert.Equal(100_000, _log.Sum(entry => entry.Line.Length));
        Assert.All(_log, entry => Assert.InRange(entry.Line.Length, 1, LineReader.MaximumLength));
    }

    [Fact]
    public async Task Process_id_is_the_commands_own()
    {
        await using var process = await StartAsync("echo $$; exec sleep 600");
        await Waiting.ForAsync(() => !_log.IsEmpty, "the id to be written");

        Assert.Equal(process.ProcessId.ToString(), _log.First().Line);
    }

    [Fact]
    public async Task Killing_the_command_alone_is_seen_and_ends_what_it_started()
    {
        await using var process = await StartAsync("sleep 600 & setsid sleep 600 & echo ready; wait");
        await Waiting.ForAsync(() => !_log.IsEmpty, "it to start its children");
        var children = ProcessTable.DescendantsOf(process.ProcessId!.Value);
        Assert.Equal(2, children.Count);

        Process.GetProcessById(process.ProcessId.Value).Kill();

        Assert.Equal(137, await process.Exited.WaitAsync(Waiting.AtMost, Cancellation));
        Assert.DoesNotContain(children, ProcessTable.IsRunning);
    }

    [Fact]
    public async Task Killed_guardian_takes_the_command_and_its_children_along()
    {
        await using var process = await StartAsync("trap '' TERM; setsid sleep 600 & echo ready; wait");
        await Waiting.ForAsync(() => !_log.IsEmpty, "it to start its child");
        var guardian = ProcessTable.ParentOf(process.ProcessId!.Value);
        var family = ProcessTable.DescendantsOf(guardian);

        Process.GetProcessById(guardian).Kill();

        Assert.Equal(137, await process.Exited.WaitAsync(Waiting.AtMost, Cancellation));
        await Waiting.ForAsync(() => !family.Any(ProcessTable.IsRunning), "all of them to end");
    }

    [Fact]
    public async Task Stop_lets_the_command_finish_within_its_grace()
    {
        await using var process = await StartAsync("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done");
        await Waiting.ForAsync(() => !_log.IsEmpty, "the trap to be set");

        await process.StopAsync(TimeSpan.FromSeconds(10), Cancellation);

        Assert.Equal(3, await process.Exited);
        Assert.Contains(("bye", false), _log);
    }

    [Fact]
    public async Task Stop_kills_a_command_that_outstays_its_grace()
    {
        await using var process = await StartAsync("trap '' TERM; echo ready; while :; do sleep 0.05; done");
        await Waiting.ForAsync(() => !_log.IsEmpty, "the trap to be set");

        await process.StopAsync(TimeSpan.FromMilliseconds(300), Cancellation);

        Assert.Equal(137, await process.Exited);
        Assert.False(ProcessTable.IsRunning(process.ProcessId!.Value));
    }

    [Fact]
    public async Task Interrupt_reaches_a_command_that_stops_by_it()
    {
        var spec = Spec("trap 'exit 4' INT; echo ready; while :; do sleep 0.05; done") with { StopSignal = "INT" };
        await using var process = await ProcessSupervisor.StartAsync(spec, Cancellation);
        await Waiting.ForAsync(() => !_log.IsEmpty, "the trap to be set");

        await process.StopAsync(TimeSpan.FromSeconds(10), Cancellation);

        Assert.Equal(4, await process.Exited);
    }

    [Fact]
    public async Task Stopped_command_leaves_no_zombie()
    {
        var process = await StartAsync("sleep 600 & echo ready; wait");
        await Waiting.ForAsync(() => !_log.IsEmpty, "it to start its child");
        var guardian = ProcessTable.ParentOf(process.ProcessId!.Value);
        int[] family = [guardian, .. ProcessTable.DescendantsOf(guardian)];

        await process.DisposeAsync();

        // The grandchild is left to the machine's first process, the others are ours to collect.
        Assert.False(ProcessTable.Exists(guardian));
        Assert.False(ProcessTable.Exists(process.ProcessId!.Value));
        Assert.DoesNotContain(family, ProcessTable.IsRunning);
    }

    [Fact]
    public async Task Environment_reaches_the_command_and_no_command_line()
    {
        var spec = Spec("env; echo ready; exec sleep 600") with
        {
            FileName = "bash",
            Environment = new Dictionary<string, string>
            {
                ["services__my-api__http__0"] = "http://localhost:1",
                ["PASSWORD"] = "hunter2 \"quoted\" $HOME",
            },
        };
        await using var process = await ProcessSupervisor.StartAsync(spec, Cancellation);
        await Waiting.ForAsync(() => _log.Contains(("ready", false)), "the environment to be written");

        Assert.Contains(("services__my-api__http__0=http://localhost:1", false), _log);
        Assert.Contains(("PASSWORD=hunter2 \"quoted\" $HOME", false), _log);
        Assert.DoesNotContain(
            ProcessTable.DescendantsOf(Environment.ProcessId),
            processId => ProcessTable.CommandLine(processId).Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Server_environment_is_free_of_this_processs_own()
    {
        await using var process = await ProcessSupervisor.StartAsync(Spec("env") with { InheritsEnvironment = false }, Cancellation);
        await process.Exited.WaitAsync(Cancellation);

        Assert.DoesNotContain(_log, entry => entry.Line.StartsWith("HOME=", StringComparison.Ordinal));
        Assert.Contains(_log, entry => entry.Line.StartsWith("PATH=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Missing_program_is_named()
    {
        var spec = Spec("") with { FileName = "no-such-program", InstallCommand = "apt-get install -y it" };

        var exception = await Assert.ThrowsAsync<MissingProgramException>(() => ProcessSupervisor.StartAsync(spec, Cancellation));

        Assert.Contains("no-such-program", exception.Message, StringComparison.Ordinal);
        Assert.Equal("apt-get install -y it", exception.InstallCommand);
    }

    [Fact]
    public async Task Servers_do_not_run_as_root_and_can_reopen_their_output()
    {
        var spec = Spec("id -u; echo to-stdout >/dev/stdout") with { Account = Account.ForServer("nobody") };
        await using var process = await ProcessSupervisor.StartAsync(spec, Cancellation);
        await process.Exited.WaitAsync(Cancellation);

        Assert.DoesNotContain(("0", false), _log);
        Assert.Equal(("to-stdout", false), _log.Last());
    }

    private ProcessSpec Spec(string script) => new()
    {
        Name = "test",
        FileName = "sh",
        Arguments = ["-c", script],
        Log = (line, isError) => _log.Enqueue((line, isError)),
    };

    private Task<IRunningResource> StartAsync(string script) => ProcessSupervisor.StartAsync(Spec(script), Cancellation);
}
