using System.Text.Json;
using AsyncStack.Core.Workflows.Definition;
using AsyncStack.Core.Workflows.Schedules;
using AsyncStack.Worker.Tests.Support;
using AsyncStack.Worker.Workflows;

namespace AsyncStack.Worker.Tests.Workflows;

[Collection(ServersCollection.Name)]
public sealed class ScheduleTests(WorkerFixture servers) : IClassFixture<WorkerFixture>, IAsyncLifetime
{
    private const string Workflow = """{"steps": [{"id": "t", "job_type": "echo", "params": {"at": "{{run.scheduled_at}}"}}]}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await servers.ExecuteAsync("delete from schedules");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Due_schedule_starts_a_run_for_its_time()
    {
        await using var worker = await servers.StartAsync();
        var name = await PutAsync(worker, "* * * * * ?");

        var at = await servers.Jobs.UntilAsync(() => ResultsAsync(name), r => r.Length >= 2);

        Assert.Equal(at.Length, at.Distinct().Count());
        Assert.Contains(":", at[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", 0)]
    [InlineData("one", 1)]
    [InlineData("all", 4)]
    public async Task Missed_times_are_made_up_for_as_the_policy_says(string policy, int runs)
    {
        await using var worker = await servers.BuildAsync();
        var name = await PutAsync(worker, "0 * * * *", policy, limit: 4);
        await servers.ExecuteAsync($"update schedules set next_at = date_trunc('hour', now()) - interval '9 h', due_at = date_trunc('hour', now()) - interval '9 h' where name = '{name}'");
        // Unless an hour has just begun, which is on time.
        await servers.ExecuteAsync("select pg_sleep(case when extract(minute from now()) = 0 then 61 - extract(second from now()) else 0 end)");

        Assert.Equal(runs, await worker.Get<ScheduleFiring>().RunOnceAsync(Cancel));

        Assert.Equal(0, await worker.Get<ScheduleFiring>().RunOnceAsync(Cancel));
        Assert.Equal(1, await servers.Jobs.ScalarAsync<long>($"select count(*) from schedules where name = '{name}' and next_at > now()"));
    }

    [Fact]
    public async Task Two_that_fire_at_once_start_each_time_once()
    {
        await using var one = await servers.BuildAsync();
        await using var other = await servers.BuildAsync();
        var name = await PutAsync(one, "* * * * *", "all", limit: 50);
        await servers.ExecuteAsync($"update schedules set next_at = date_trunc('minute', now()) - interval '30 min', due_at = now() - interval '30 min' where name = '{name}'");

        var started = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? one : other).Get<ScheduleFiring>().RunOnceAsync(Cancel)));

        Assert.Equal(started.Sum(), await servers.Jobs.ScalarAsync<long>($"select count(distinct scheduled_at) from workflow_runs where schedule = '{name}'"));
        Assert.InRange(started.Sum(), 30, 32);
    }

    [Fact]
    public async Task Time_that_was_started_is_not_started_again_when_the_clock_is_set_back()
    {
        await using var worker = await servers.BuildAsync();
        var name = await PutAsync(worker, "* * * * *", "all");
        await servers.ExecuteAsync($"update schedules set next_at = date_trunc('minute', now()) - interval '2 min', due_at = now() - interval '2 min' where name = '{name}'");
        var first = await worker.Get<ScheduleFiring>().RunOnceAsync(Cancel);
        await servers.ExecuteAsync($"update schedules set next_at = date_trunc('minute', now()) - interval '2 min', due_at = now() - interval '2 min' where name = '{name}'");

        var again = await worker.Get<ScheduleFiring>().RunOnceAsync(Cancel);

        Assert.InRange(first, 3, 4);
        Assert.InRange(again, 0, 1);
        Assert.Equal(first + again, await servers.Jobs.ScalarAsync<long>($"select count(distinct scheduled_at) from workflow_runs where schedule = '{name}'"));
    }

    [Fact]
    public async Task Leader_that_loses_its_connection_is_followed_within_five_seconds()
    {
        await using var one = await servers.StartAsync();
        await using var other = await servers.StartAsync();
        await Waiting.ForAsync(async () => await LeaderAsync() != 0);
        var led = await LeaderAsync();
        var lost = TimeProvider.System.GetTimestamp();

        await servers.ExecuteAsync($"select pg_terminate_backend({led})");
        await Waiting.ForAsync(async () => await LeaderAsync() is var pid && pid != 0 && pid != led);

        Assert.True(TimeProvider.System.GetElapsedTime(lost) < TimeSpan.FromSeconds(5));
        var name = await PutAsync(other, "* * * * * ?");
        await servers.Jobs.UntilAsync(() => ResultsAsync(name), r => r.Length >= 1);
    }

    [Fact]
    public void Jitter_is_the_same_for_one_time_and_within_its_bound()
    {
        var times = Enumerable.Range(0, 200).Select(i => new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(i)).ToList();

        var delays = times.ConvertAll(t => Schedule.DueAt("s", 30, t) - t);

        Assert.Equal(delays, times.ConvertAll(t => Schedule.DueAt("s", 30, t) - t));
        Assert.All(delays, d => Assert.InRange(d, TimeSpan.Zero, TimeSpan.FromSeconds(30)));
        Assert.True(delays.Distinct().Count() > 15);
    }

    private Task<int> LeaderAsync() => servers.Jobs.ScalarAsync<int>($"""
        select coalesce(min(pid), 0) from pg_stat_activity where datname = current_database() and application_name like '{ScheduleLeader.ApplicationName} %'
        """);

    private Task<string[]> ResultsAsync(string name) => servers.Jobs.ScalarAsync<string[]>($"""
        select coalesce(array_agg(j.result ->> 'at'), '{"{}"}') from workflow_runs r join jobs j using (id) where r.schedule = '{name}' and r.state = 'completed'
        """);

    private async Task<string> PutAsync(TestWorker worker, string cron, string policy = "one", int limit = 10)
    {
        var name = $"s{Guid.NewGuid():N}";
        await new RunRows(servers, worker).PutAsync(name, Workflow);
        await using var connection = await servers.Database.OpenConnectionAsync(Cancel);
        await worker.Get<ScheduleTable>().PutAsync(
            connection, name, name, new ScheduleDefinition(cron, "UTC", 0, policy, limit, JsonElement.Parse("{}")), ofDefinition: false, Cancel);
        return name;
    }
}
