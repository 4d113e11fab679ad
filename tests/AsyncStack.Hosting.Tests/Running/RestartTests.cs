using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Running;
using AsyncStack.Hosting.Testing;

namespace AsyncStack.Hosting.Tests.Running;

public sealed class RestartTests
{
    [Fact]
    public async Task Killed_service_is_started_again_with_another_process()
    {
        await using var graph = await SmallGraph.StartAsync(builder => builder.AddScript("service", Scripts.Idle));
        var before = (await graph.ReachesAsync("service", KnownResourceStates.Running)).Replicas[0];

        await graph.App.KillResourceAsync("service", cancellationToken: TestContext.Current.CancellationToken);

        var after = (await graph.ReachesAsync("service", s => s.State?.Text == KnownResourceStates.Running && s.Replicas[0].Restarts == 1)).Replicas[0];
        Assert.NotEqual(before.ProcessId, after.ProcessId);
        Assert.Equal(137, after.ExitCode);
    }

    [Fact]
    public async Task Program_that_ends_with_success_is_finished()
    {
        await using var graph = await SmallGraph.StartAsync(builder => builder.AddScript("task", "echo done"));

        await graph.ReachesAsync("task", KnownResourceStates.Finished);

        Assert.Contains("done", graph.Output("task"));
    }

    [Fact]
    public async Task Stopped_resource_stays_stopped_until_it_is_started()
    {
        await using var graph = await SmallGraph.StartAsync(builder => builder.AddScript("service", Scripts.Idle));
        await graph.ReachesAsync("service", KnownResourceStates.Running);

        await graph.App.StopResourceAsync("service", cancellationToken: TestContext.Current.CancellationToken);
        var stopped = graph.Now("service");
        await graph.App.StartResourceAsync("service", cancellationToken: TestContext.Current.CancellationToken);
        var started = await graph.ReachesAsync("service", KnownResourceStates.Running);

        Assert.Equal(KnownResourceStates.Exited, stopped.State?.Text);
        Assert.True(stopped.Replicas[0].StoppedOnCommand);
        Assert.Equal(0, started.Replicas[0].Restarts);
    }

    [Fact]
    public async Task Missing_program_fails_with_its_name_and_is_not_tried_again()
    {
        await using var graph = await SmallGraph.StartAsync(builder => builder.AddExecutable("service", "no-such-program", "/"));

        var failed = await graph.ReachesAsync("service", KnownResourceStates.FailedToStart);

        Assert.Contains("'no-such-program'", failed.Reason, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(
            () => graph.App.ResourceNotifications.WaitForResourceHealthyAsync("service", TestContext.Current.CancellationToken));
        Assert.Contains("'no-such-program'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Container_without_engine_or_recipe_fails_with_both_remedies()
    {
        await using var graph = await SmallGraph.StartAsync(builder => builder.AddContainer("search", "example/unknown", "1"));

        var failed = await graph.ReachesAsync("search", KnownResourceStates.FailedToStart);

        Assert.Contains("'search'", failed.Reason, StringComparison.Ordinal);
        Assert.Contains("docker or podman", failed.Reason, StringComparison.Ordinal);
        Assert.Contains("WithExplicitStart", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Crashes_without_ever_having_been_healthy_end_in_failure_and_others_do_not()
    {
        Assert.Equal(AfterExit.Restart, Decide(exitCode: 1, wasEverHealthy: false, crashes: RestartPolicy.CrashesBeforeFailure - 1));
        Assert.Equal(AfterExit.Failed, Decide(exitCode: 1, wasEverHealthy: false, crashes: RestartPolicy.CrashesBeforeFailure));
        Assert.Equal(AfterExit.Restart, Decide(exitCode: 1, wasEverHealthy: true, crashes: 100));
        Assert.Equal(AfterExit.Finished, Decide(exitCode: 0, wasEverHealthy: true, crashes: 1));
        Assert.Equal(AfterExit.Restart, RestartPolicy.Decide(isServer: true, isAwaitedForCompletion: false, exitCode: 0, wasEverHealthy: true, crashesInARow: 1));
        Assert.Equal(AfterExit.Failed, RestartPolicy.Decide(isServer: false, isAwaitedForCompletion: true, exitCode: 1, wasEverHealthy: true, crashesInARow: 1));

        static AfterExit Decide(int exitCode, bool wasEverHealthy, int crashes)
            => RestartPolicy.Decide(isServer: false, isAwaitedForCompletion: false, exitCode, wasEverHealthy, crashes);
    }

    [Fact]
    public void Restarts_back_off_from_half_a_second_to_half_a_minute()
    {
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30], Enumerable.Range(1, 8).Select(crashes => RestartPolicy.Delay(crashes).TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(30), RestartPolicy.Delay(1_000_000));
    }
}
