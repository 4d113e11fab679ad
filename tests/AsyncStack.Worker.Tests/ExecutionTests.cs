using AsyncStack.Core.Storage;
using AsyncStack.Worker.Tests.Support;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class ExecutionTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    private static readonly Dictionary<string, string?> OneSlot = new() { ["Worker:Concurrency"] = "1" };

    [Fact]
    public async Task Sleep_answers_how_long_it_slept()
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync("sleep", """{"seconds": 0.01}""");

        Assert.Equal("\"slept 0.01s\"", (await servers.Jobs.StateAsync(id, "completed")).Result);
    }

    [Fact]
    public async Task Wrong_parameters_fail_without_a_retry_and_name_the_field()
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync("sleep", """{"seconds": "long"}""");

        var row = await servers.Jobs.StateAsync(id, "failed");

        Assert.Equal(1, row.Attempt);
        Assert.Contains("'seconds'", row.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_job_type_fails_once_its_attempts_are_used_up()
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync("nobody.knows", maxAttempts: 2);

        var row = await servers.Jobs.StateAsync(id, "failed");

        Assert.Equal(2, row.Attempt);
        Assert.Contains("nobody.knows", row.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throwing_handler_is_retried_until_its_attempts_are_used_up()
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync(TestHandlers.Throw, maxAttempts: 3);

        var row = await servers.Jobs.StateAsync(id, "failed");

        Assert.Equal(3, row.Attempt);
        Assert.Equal("it broke\uFFFDhere", row.Error);
        Assert.Equal(["started", "retrying", "started", "retrying", "started", "failed"], await servers.Jobs.EventsAsync(id));
        Assert.Equal(3, worker.Handling.Runs.Count);
    }

    [Fact]
    public async Task Handler_that_heeds_its_token_is_stopped_by_the_timeout()
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync(TestHandlers.Gate, maxAttempts: 1, timeoutSeconds: 1);

        var row = await servers.Jobs.StateAsync(id, "failed");

        Assert.Equal("timed out after 1s", row.Error);
        await worker.Handling.Stopped.Task.WaitAsync(Waiting.AtMost, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Hanging_handler_is_abandoned_and_what_it_returns_later_is_discarded()
    {
        await using var worker = await servers.StartAsync(OneSlot);
        var hanging = await servers.Jobs.SubmitAsync(TestHandlers.Hang, maxAttempts: 1, timeoutSeconds: 1);
        var next = await servers.Jobs.SubmitAsync("sleep", """{"seconds": 0}""");

        await servers.Jobs.StateAsync(next, "completed");
        worker.Handling.Release();
        await worker.Handling.Stopped.Task.WaitAsync(Waiting.AtMost, TestContext.Current.CancellationToken);

        var row = await servers.Jobs.ReadAsync(hanging);
        Assert.Equal(("failed", "timed out after 1s"), (row.State, row.Error));
    }

    [Fact]
    public async Task Result_of_10_MB_goes_to_object_storage()
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync(TestHandlers.Big);

        var row = await servers.Jobs.StateAsync(id, "completed");

        Assert.Null(row.Result);
        Assert.Equal($"s3://job-results/{id}/1/result.json", row.ResultUri);
        var stored = await worker.Get<IObjectStorage>().HeadAsync(ObjectUri.Parse(row.ResultUri!), TestContext.Current.CancellationToken);
        Assert.Equal(TestHandlers.BigLength + 2, stored!.Size);
    }

    [Fact]
    public async Task Canceled_job_is_stopped_at_once_and_stays_canceled()
    {
        // Without a heartbeat only the signal can stop it.
        await using var worker = await servers.StartAsync(new() { ["Worker:HeartbeatInterval"] = "00:05:00", ["Worker:Lease"] = "01:00:00" });
        await worker.Logs.SaidAsync("Listening");
        var id = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await worker.Handling.NextAsync();

        await servers.ExecuteAsync($"update jobs set state = 'canceled', worker_id = null where id = '{id}'; select pg_notify('job_canceled', '{id}')");

        await worker.Handling.Stopped.Task.WaitAsync(Waiting.AtMost, TestContext.Current.CancellationToken);
        await Waiting.ForAsync(() => worker.Get<Execution.RunningJobs>().Count == 0);
        Assert.Equal("canceled", (await servers.Jobs.ReadAsync(id)).State);
    }

    [Fact]
    public async Task Job_that_was_given_to_another_worker_is_stopped_by_the_heartbeat()
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await worker.Handling.NextAsync();

        await servers.ExecuteAsync($"update jobs set attempt = attempt + 1, worker_id = gen_random_uuid() where id = '{id}'");

        await worker.Handling.Stopped.Task.WaitAsync(Waiting.AtMost, TestContext.Current.CancellationToken);
        await servers.ExecuteAsync("delete from jobs");
    }

    [Fact]
    public async Task Progress_is_written_as_it_grows_and_enters_the_history_once()
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        var context = await worker.Handling.NextAsync();

        context.ReportProgress(0.25);
        await servers.Jobs.UntilAsync(() => servers.Jobs.ReadAsync(id), row => row.Progress == 0.25f);
        context.ReportProgress(0.5);
        await servers.Jobs.UntilAsync(() => servers.Jobs.ReadAsync(id), row => row.Progress == 0.5f);
        worker.Handling.Release();
        await servers.Jobs.StateAsync(id, "completed");

        Assert.Equal(["started", "processing", "finished"], await servers.Jobs.EventsAsync(id));
    }
}
