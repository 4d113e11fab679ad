using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Testing;

namespace AsyncStack.Hosting.Tests.Running;

public sealed class WaitTests
{
    [Fact]
    public async Task Resource_starts_only_after_the_one_it_awaits_has_completed()
    {
        using var gate = new TemporaryGate();
        await using var graph = await SmallGraph.StartAsync(builder =>
        {
            var migration = builder.AddScript("migration", gate.WaitScript);
            builder.AddScript("service", Scripts.Idle).WaitForCompletion(migration);
        });
        await graph.ReachesAsync("migration", KnownResourceStates.Running);
        Assert.Equal(KnownResourceStates.Waiting, graph.Now("service").State?.Text);

        gate.Open();

        await graph.ReachesAsync("service", KnownResourceStates.Running);
        Assert.Equal(0, graph.Now("migration").ExitCode);
    }

    [Fact]
    public async Task Failed_completion_fails_those_who_wait_and_is_not_repeated()
    {
        await using var graph = await SmallGraph.StartAsync(builder =>
        {
            var migration = builder.AddScript("migration", "echo no such table >&2; exit 3");
            builder.AddScript("service", Scripts.Idle).WaitForCompletion(migration);
        });

        var service = await graph.ReachesAsync("service", KnownResourceStates.FailedToStart);

        Assert.Contains("'migration'", service.Reason, StringComparison.Ordinal);
        Assert.Contains("exit code 3", service.Reason, StringComparison.Ordinal);
        Assert.Equal(0, graph.Now("migration").Replicas[0].Restarts);
    }

    [Fact]
    public async Task Resource_waits_until_its_dependency_is_healthy_not_just_running()
    {
        using var gate = new TemporaryGate();
        await using var graph = await SmallGraph.StartAsync(builder =>
        {
            var listener = builder.AddScript("listener", $"{gate.WaitScript}; exec python3 -m http.server \"$PORT\" --bind 127.0.0.1 --directory {gate.Folder}")
                .WithHttpEndpoint(env: "PORT").WithHttpHealthCheck("/");
            builder.AddScript("client", Scripts.Idle).WaitFor(listener);
            builder.AddScript("eager", Scripts.Idle).WaitForStart(listener);
        });
        await graph.ReachesAsync("eager", KnownResourceStates.Running);
        Assert.Equal(KnownResourceStates.Waiting, graph.Now("client").State?.Text);

        gate.Open();

        await graph.ReachesAsync("client", KnownResourceStates.Running);
    }

    [Fact]
    public async Task Waiting_for_each_other_is_refused_with_the_circle_named()
    {
        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => SmallGraph.StartAsync(builder =>
        {
            var one = builder.AddScript("one", Scripts.Idle);
            var two = builder.AddScript("two", Scripts.Idle).WaitFor(one);
            one.WaitFor(two);
        }));

        Assert.Contains("one → two → one", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explicitly_started_resource_starts_on_command_only()
    {
        await using var graph = await SmallGraph.StartAsync(builder =>
        {
            builder.AddScript("tool", Scripts.Idle).WithExplicitStart();
            builder.AddScript("service", Scripts.Idle);
        });
        await graph.ReachesAsync("service", KnownResourceStates.Running);
        Assert.Equal(KnownResourceStates.NotStarted, graph.Now("tool").State?.Text);

        await graph.App.StartResourceAsync("tool", cancellationToken: TestContext.Current.CancellationToken);

        await graph.ReachesAsync("tool", KnownResourceStates.Running);
    }

    /// <summary>A script that waits until the test lets it go on.</summary>
    private sealed class TemporaryGate : IDisposable
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("gate-").FullName;

        public string WaitScript => $"while [ ! -e {Folder}/open ]; do sleep 0.02; done";

        public void Open() => File.WriteAllText(Path.Combine(Folder, "open"), "");

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
