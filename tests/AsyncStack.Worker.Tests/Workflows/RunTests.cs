using AsyncStack.Core.Workflows.Running;
using AsyncStack.Worker.Rescue;
using AsyncStack.Worker.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.Worker.Tests.Workflows;

[Collection(ServersCollection.Name)]
public sealed class RunTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    private const string Diamond = """
        {"steps": [
            {"id": "a", "job_type": "echo", "params": {"n": "{{input.n}}"}},
            {"id": "b", "job_type": "sleep", "params": {"seconds": 0.01}, "depends_on": ["a"]},
            {"id": "c", "job_type": "echo", "params": {"from": "{{steps.a.result.n}}"}, "depends_on": ["a"]},
            {"id": "d", "job_type": "echo", "params": {"b": "{{steps.b.result}}", "c": "{{steps.c.result.from}}"}, "depends_on": ["b", "c"]}
        ]}
        """;

    [Fact]
    public async Task Diamond_runs_in_order_and_hands_results_on()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);

        var run = await runs.EndAsync(await runs.RunAsync(Diamond, """{"n": 7}"""));

        Assert.Equal("completed", run.State);
        Assert.Equal("""{"b":"slept 0.01s","c":7}""", run.Result);
        Assert.All(run.Steps.Values, s => Assert.Equal("completed", s.State));
    }

    [Fact]
    public async Task For_each_runs_every_item_within_its_limit_and_fans_in_by_place()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);

        var run = await runs.EndAsync(await runs.RunAsync("""
            {"steps": [
                {"id": "each", "job_type": "echo", "for_each": "{{input.items}}", "concurrency": 3, "params": {"item": "{{item}}", "at": "{{index}}"}},
                {"id": "all", "job_type": "echo", "depends_on": ["each"], "params": {"results": "{{steps.each.result}}"}}
            ]}
            """, """{"items": ["x", "y", "z", "u", "v", "w", "q"]}"""));

        Assert.Equal("completed", run.State);
        Assert.Equal((7, 7), (run.Steps["each"].Total, run.Steps["each"].Completed));
        Assert.StartsWith("""{"results":[{"item":"x","at":0},{"item":"y","at":1},""", run.Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_list_completes_at_once()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);

        var run = await runs.EndAsync(await runs.RunAsync(
            """{"steps": [{"id": "each", "job_type": "echo", "for_each": "{{input.items}}"}, {"id": "b", "job_type": "echo", "depends_on": ["each"], "params": {"r": "{{steps.each.result}}"}}]}""",
            """{"items": []}"""));

        Assert.Equal(("completed", """{"r":[]}"""), (run.State, run.Result));
    }

    [Fact]
    public async Task Failure_is_retried_then_reaches_the_rules_below_it_and_the_run()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);
        var id = await runs.RunAsync("""
            {"steps": [
                {"id": "bad", "job_type": "external:x", "max_attempts": 1},
                {"id": "after", "job_type": "echo", "depends_on": ["bad"]},
                {"id": "rescue", "job_type": "echo", "depends_on": ["bad"], "trigger_rule": "one_failed", "params": {"why": "{{steps.bad.error}}"}},
                {"id": "always", "job_type": "echo", "depends_on": ["after", "rescue"], "trigger_rule": "all_done"}
            ]}
            """);
        var job = (await runs.JobsAsync(id, "bad"))[0];
        await servers.Jobs.UntilAsync(() => servers.Jobs.ReadAsync(job), r => r is { State: "running", WorkerId: null });
        await servers.ExecuteAsync($"update jobs set deadline_at = now() - interval '1 s' where id = '{job}'");

        var run = await runs.EndAsync(id);

        Assert.Equal("failed", run.State);
        Assert.Contains("'bad' failed: timed out", run.Error, StringComparison.Ordinal);
        Assert.Equal(["failed", "upstream_failed", "completed", "completed"], ((string[])["bad", "after", "rescue", "always"]).Select(s => run.Steps[s].State));
    }

    [Fact]
    public async Task Template_without_a_value_fails_its_step_and_says_why()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);

        var run = await runs.EndAsync(await runs.RunAsync("""{"steps": [{"id": "a", "job_type": "echo", "params": {"x": "{{input.missing}}"}}]}"""));

        Assert.Equal("failed", run.State);
        Assert.Contains("input has no field 'missing'", run.Steps["a"].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Child_run_is_a_step_and_hands_its_result_up()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);
        var child = $"child{Guid.NewGuid():N}";
        await runs.PutAsync(child, """{"steps": [{"id": "x", "job_type": "echo", "params": {"twice": ["{{input.v}}", "{{input.v}}"]}}]}""");

        var run = await runs.EndAsync(await runs.RunAsync($$$"""
            {"steps": [
                {"id": "sub", "job_type": "workflow", "for_each": "{{input.vs}}", "params": {"workflow": "{{{child}}}", "input": {"v": "{{item}}"} } },
                {"id": "end", "job_type": "echo", "depends_on": ["sub"], "params": {"all": "{{steps.sub.result}}"}}
            ]}
            """, """{"vs": [1, 2]}"""));

        Assert.Equal("completed", run.State);
        Assert.Equal("""{"all":[{"twice":[1,1]},{"twice":[2,2]}]}""", run.Result);
    }

    [Fact]
    public async Task Workflow_that_starts_itself_fails_at_the_limit_of_depth()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);
        var name = $"self{Guid.NewGuid():N}";
        await runs.PutAsync(name, $$"""{"steps": [{"id": "again", "job_type": "workflow", "params": {"workflow": "{{name}}"} }]}""");

        var run = await runs.EndAsync(await runs.StartAsync(name));

        Assert.Equal("failed", run.State);
        Assert.Contains("nested", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_reaches_running_jobs_children_and_what_waits()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);
        var child = $"child{Guid.NewGuid():N}";
        await runs.PutAsync(child, """{"steps": [{"id": "x", "job_type": "sleep", "params": {"seconds": 300}}]}""");
        var id = await runs.RunAsync($$"""
            {"steps": [{"id": "sub", "job_type": "workflow", "params": {"workflow": "{{child}}"} }, {"id": "later", "job_type": "echo", "depends_on": ["sub"]}]}
            """);
        var inner = (await runs.JobsAsync(id, "sub"))[0];
        var job = (await runs.JobsAsync(inner, "x"))[0];
        await servers.Jobs.StateAsync(job, "running");

        await runs.CancelAsync(id);

        var run = await runs.EndAsync(id);
        Assert.Equal("canceled", run.State);
        Assert.Equal(["canceled", "canceled"], run.Steps.Values.Select(s => s.State));
        Assert.Equal("canceled", (await runs.ReadAsync(inner)).State);
        Assert.Equal("canceled", (await servers.Jobs.ReadAsync(job)).State);
        await Waiting.ForAsync(() => worker.Get<Execution.RunningJobs>().Count == 0);
    }

    [Fact]
    public async Task Run_past_its_time_fails_and_stops_its_steps()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);
        var id = await runs.RunAsync("""{"timeout_seconds": 3600, "steps": [{"id": "x", "job_type": "sleep", "params": {"seconds": 300}}]}""");
        await servers.Jobs.StateAsync((await runs.JobsAsync(id, "x"))[0], "running");

        await servers.ExecuteAsync($"update jobs set deadline_at = now() - interval '1 s' where id = '{id}'");

        var run = await runs.EndAsync(id);
        Assert.Equal(("failed", "timed out after 3600s"), (run.State, run.Error));
        Assert.Equal("canceled", run.Steps["x"].State);
    }

    [Fact]
    public async Task Wait_lets_its_time_pass_and_a_signal_ends_another_early_or_late()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);
        var id = await runs.RunAsync("""
            {"steps": [
                {"id": "nap", "job_type": "wait", "params": {"seconds": 0.05}},
                {"id": "early", "job_type": "wait", "params": {"signal": "early"}, "depends_on": ["nap"]},
                {"id": "late", "job_type": "wait", "params": {"signal": "late"}, "depends_on": ["nap"]},
                {"id": "end", "job_type": "echo", "params": {"early": "{{steps.early.result.ok}}", "late": "{{steps.late.result}}"}, "depends_on": ["early", "late"]}
            ]}
            """);
        Assert.Equal(RunChange.Done, await runs.DoAsync(r => r.SignalAsync(id, "early", """{"ok": true}""")));
        Assert.Equal(RunChange.DoneBefore, await runs.DoAsync(r => r.SignalAsync(id, "early", "1")));
        await servers.Jobs.UntilAsync(() => runs.ReadAsync(id), r => r.Steps["early"].State == "completed" && r.Steps["late"].State == "running");
        Assert.Equal(RunChange.Done, await runs.DoAsync(r => r.SignalAsync(id, "late", "[1]")));

        var run = await runs.EndAsync(id);

        Assert.Equal(("completed", """{"early":true,"late":[1]}"""), (run.State, run.Result));
        Assert.Equal(RunChange.HasEnded, await runs.DoAsync(r => r.SignalAsync(id, "more", "1")));
    }

    [Fact]
    public async Task Runs_past_the_limit_wait_their_turn_and_all_end()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);
        var name = $"few{Guid.NewGuid():N}";
        await runs.PutAsync(name, """{"max_active_runs": 2, "steps": [{"id": "x", "job_type": "sleep", "params": {"seconds": 0.05}}]}""");
        var ids = new List<Guid>();
        for (var i = 0; i < 8; i++)
        {
            ids.Add(await runs.StartAsync(name));
            Assert.True(await servers.Jobs.ScalarAsync<long>($"select count(*) from workflow_runs where workflow = '{name}' and state = 'running'") <= 2);
        }

        foreach (var id in ids)
        {
            Assert.Equal("completed", (await runs.EndAsync(id)).State);
        }

        Assert.Equal(2, await MostAtOnceAsync($"workflow = '{name}'", "workflow_runs"));
    }

    [Fact]
    public async Task Pool_limits_jobs_of_several_runs_together()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);
        var pool = $"pool{Guid.NewGuid():N}";
        await servers.ExecuteAsync($"insert into workflow_pools values ('{pool}', 3, now())");
        var name = $"pooled{Guid.NewGuid():N}";
        await runs.PutAsync(name, $$$"""{"steps": [{"id": "x", "job_type": "sleep", "for_each": "{{input.l}}", "pool": "{{{pool}}}", "params": {"seconds": 0.02} }]}""");
        Guid[] ids = [await runs.StartAsync(name, """{"l": [1, 2, 3, 4, 5, 6, 7]}"""), await runs.StartAsync(name, """{"l": [1, 2, 3, 4, 5, 6, 7]}""")];

        foreach (var id in ids)
        {
            Assert.Equal("completed", (await runs.EndAsync(id)).State);
        }

        Assert.InRange(await MostAtOnceAsync($"pool = '{pool}'", "jobs"), 1, 3);
    }

    [Fact]
    public async Task Failed_step_is_cleared_and_a_step_rerun_with_all_below_it()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);
        var id = await runs.RunAsync("""
            {"steps": [
                {"id": "a", "job_type": "echo"}, {"id": "gate", "job_type": "wait", "depends_on": ["a"], "params": {"signal": "go"}},
                {"id": "b", "job_type": "echo", "depends_on": ["gate"]}, {"id": "side", "job_type": "echo", "depends_on": ["a"]}
            ]}
            """);
        await servers.Jobs.UntilAsync(() => runs.ReadAsync(id), r => r.Steps["gate"].State == "running");
        await runs.CancelAsync((await runs.JobsAsync(id, "gate"))[0]);
        var failed = await runs.EndAsync(id);
        Assert.Equal(("failed", "canceled", "upstream_failed"), (failed.State, failed.Steps["gate"].State, failed.Steps["b"].State));

        Assert.Equal(RunChange.Done, await runs.DoAsync(r => r.RestartAsync(id, (plan, steps) => plan.From(plan.PlaceOf("gate")))));
        Assert.Equal(RunChange.StepRuns, await runs.DoAsync(r => r.RestartAsync(id, (plan, steps) => plan.From(plan.PlaceOf("gate")))));
        Assert.Equal(RunChange.Done, await runs.DoAsync(r => r.SignalAsync(id, "go", "1")));
        var cleared = await runs.EndAsync(id);
        Assert.Equal("completed", cleared.State);
        Assert.Equal([1, 2, 2, 1], ((string[])["a", "gate", "b", "side"]).Select(s => cleared.Steps[s].Round));

        Assert.Equal(RunChange.Done, await runs.DoAsync(r => r.RestartAsync(id, (plan, steps) => plan.From(plan.PlaceOf("a")))));
        var again = await runs.EndAsync(id);
        Assert.Equal("completed", again.State);
        Assert.Equal([2, 3, 3, 2], ((string[])["a", "gate", "b", "side"]).Select(s => again.Steps[s].Round));
    }

    [Fact]
    public async Task Delayed_run_begins_when_it_is_due()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);
        var name = $"later{Guid.NewGuid():N}";
        await runs.PutAsync(name, """{"steps": [{"id": "x", "job_type": "echo"}]}""");

        var id = await runs.StartAsync(name, runAt: TimeProvider.System.GetUtcNow().AddSeconds(0.3));

        Assert.Equal("queued", (await runs.ReadAsync(id)).State);
        Assert.Equal("completed", (await runs.EndAsync(id)).State);
    }

    [Fact]
    public async Task Step_of_a_dead_worker_runs_elsewhere_and_counts_once()
    {
        var parked = await servers.BuildAsync();
        var runs = new RunRows(servers, parked);
        var id = await runs.RunAsync("""{"steps": [{"id": "x", "job_type": "echo"}, {"id": "y", "job_type": "echo", "depends_on": ["x"]}]}""");
        var job = (await runs.JobsAsync(id, "x"))[0];
        await servers.ExecuteAsync($"update jobs set state = 'running', attempt = 1, worker_id = gen_random_uuid(), started_at = now() where id = '{job}'");
        await using var worker = await servers.StartAsync();

        await worker.Get<LostJobs>().RescueAsync(TestContext.Current.CancellationToken);

        var run = await runs.EndAsync(id);
        Assert.Equal(("completed", 1), (run.State, run.Steps["x"].Completed));
        await parked.DisposeAsync();
    }

    [Fact]
    public async Task Run_that_cannot_go_on_holds_up_no_other_and_goes_on_once_it_can()
    {
        var parked = await servers.BuildAsync();
        var begun = new RunRows(servers, parked);
        const string Two = """{"steps": [{"id": "x", "job_type": "echo"}, {"id": "y", "job_type": "sleep", "depends_on": ["x"], "params": {"seconds": 0.01}}]}""";
        var name = $"gone{Guid.NewGuid():N}";
        await begun.PutAsync(name, Two);
        var stuck = new List<Guid>();
        for (var i = 0; i < 4; i++)
        {
            stuck.Add(await begun.StartAsync(name));
        }

        await servers.ExecuteAsync($"delete from workflow_versions where workflow = '{name}'");
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("completed", (await runs.EndAsync(await runs.RunAsync(Two))).State);
        }

        await servers.ExecuteAsync($"insert into workflow_versions values ('{name}', 1, '{Two}', now())");
        foreach (var run in stuck)
        {
            Assert.Equal("completed", (await runs.EndAsync(run)).State);
        }

        await parked.DisposeAsync();
    }

    [Fact]
    public async Task What_a_step_logs_is_kept_with_its_attempt()
    {
        await using var target = await HttpStepTests.TargetAsync(app => app.MapGet("/", () => Results.Text("busy", statusCode: 503)));
        await using var worker = await servers.StartAsync(HttpStepTests.Loopback);
        var runs = new RunRows(servers, worker);
        var url = target.Urls.First();
        var id = await runs.RunAsync($$"""{"steps": [{"id": "x", "job_type": "http", "max_attempts": 2, "retry_delay_seconds": 0, "params": {"url": "{{url}}/"} }]}""");
        await runs.EndAsync(id);
        var job = (await runs.JobsAsync(id, "x"))[0];

        var lines = await servers.Jobs.ScalarAsync<string[]>($"select array_agg(attempt || ' ' || level || ' ' || message order by id) from step_logs where job_id = '{job}'");

        Assert.Equal(
            [$"1 info GET {url}/ answered 503", $"1 warning {url}/ answered 503: busy", $"2 info GET {url}/ answered 503", $"2 error {url}/ answered 503: busy"], lines);
    }

    [Fact]
    public async Task Large_result_is_handed_on_by_its_address()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);
        const string Definition = """
            {"steps": [{"id": "big", "job_type": "echo", "params": {"text": "{{input.text}}"}},
                       {"id": "by", "job_type": "echo", "depends_on": ["big"], "params": {"at": "{{steps.big.result_uri}}"}}]}
            """;
        var input = $$"""{"text": "{{new string('x', 70_000)}}"}""";

        var run = await runs.EndAsync(await runs.RunAsync(Definition, input));
        var wrong = await runs.EndAsync(await runs.RunAsync(Definition.Replace("result_uri", "result.text", StringComparison.Ordinal), input));

        Assert.Equal("completed", run.State);
        Assert.StartsWith("""{"at":"s3://job-results/""", run.Result, StringComparison.Ordinal);
        Assert.Contains("result_uri", wrong.Steps["by"].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backfill_runs_as_many_at_once_as_it_may()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);
        var (name, backfill) = ($"past{Guid.NewGuid():N}", Guid.NewGuid());
        await runs.PutAsync(name, """{"steps": [{"id": "x", "job_type": "sleep", "params": {"seconds": 0.05}}]}""");
        await servers.ExecuteAsync($"insert into workflow_backfills values ('{backfill}', '{name}', now(), now(), 3, 9, now())");
        var ids = await worker.Get<RunTransactions>().RunAsync(
            async (connection, transaction) =>
            {
                var (plan, version) = (await worker.Get<WorkflowPlans>().FindCurrentAsync(connection, name, null, TestContext.Current.CancellationToken))!.Value;
                List<Guid> made = [.. Enumerable.Range(0, 9).Select(_ => Guid.CreateVersion7())];
                foreach (var id in made)
                {
                    await transaction.StartAsync(new NewRun { Id = id, Workflow = name, Version = version, Plan = plan, Input = "{}", BackfillId = backfill });
                }

                transaction.Free(name, null);
                return made;
            },
            TestContext.Current.CancellationToken);

        foreach (var id in ids)
        {
            Assert.Equal("completed", (await runs.EndAsync(id)).State);
        }

        Assert.Equal(3, await MostAtOnceAsync($"backfill_id = '{backfill}'", "workflow_runs"));
    }

    [Fact]
    public async Task Events_tell_of_a_run_in_order()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);
        var id = await runs.RunAsync("""{"steps": [{"id": "x", "job_type": "echo"}]}""");

        await servers.Jobs.UntilAsync(
            () => servers.Jobs.ScalarAsync<string[]>($"select coalesce(array_agg(event_type order by place), '{{}}') from processed_events where payload ->> 'run_id' = '{id}'"),
            events => events.SequenceEqual(["run.started", "run.completed"]));
    }

    // From the starts and ends that are on record.
    private Task<long> MostAtOnceAsync(string where, string table) => servers.Jobs.ScalarAsync<long>($"""
        select max(n)::bigint from (
            select sum(d) over (order by at, d) as n from (
                select started_at as at, 1::bigint as d from {table} where {where} union all select finished_at, -1 from {table} where {where}) e) s
        """);
}
