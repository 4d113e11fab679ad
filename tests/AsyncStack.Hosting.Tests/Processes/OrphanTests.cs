using AsyncStack.Hosting.Tests.Native;

namespace AsyncStack.Hosting.Tests.Processes;

public sealed class OrphanTests
{
    private const string Idle = "exec sleep 600";

    [Theory]
    [InlineData(Idle)]
    [InlineData("trap '' TERM; while :; do sleep 1; done")]
    [InlineData("sh -c 'sh -c \"sleep 600; :\"; :'; :")]
    [InlineData("setsid sleep 600 & (setsid sh -c 'trap \"\" TERM; sleep 600; :' &) ; exec sleep 600")]
    public async Task Killed_parent_leaves_no_descendant(string script)
    {
        var mark = Guid.NewGuid().ToString("N");
        using var parent = await KillableParent.StartAsync(mark, script);
        var descendants = ProcessTable.DescendantsOf(parent.ProcessId);
        Assert.NotEmpty(descendants);

        parent.KillAtOnce();

        await Waiting.ForAsync(() => !descendants.Any(ProcessTable.IsRunning) && ProcessTable.MarkedWith(mark).Count == 0, "every descendant to end");
    }

    [Theory]
    [InlineData("postgres")]
    [InlineData("redis")]
    [InlineData("rabbitmq")]
    public async Task Killed_parent_leaves_no_process_of_a_server(string image)
    {
        var mark = Guid.NewGuid().ToString("N");
        using var folder = new TemporaryFolder();
        using var parent = await KillableParent.StartServerAsync("native", mark, image, folder.Path);
        var descendants = ProcessTable.DescendantsOf(parent.ProcessId);
        Assert.Contains(descendants, processId => ProcessTable.CommandLine(processId).Contains(folder.Path, StringComparison.Ordinal));

        parent.KillAtOnce();

        await Waiting.ForAsync(() => !descendants.Any(ProcessTable.IsRunning) && ProcessTable.MarkedWith(mark).Count == 0, "every process of the server to end");
    }
}
