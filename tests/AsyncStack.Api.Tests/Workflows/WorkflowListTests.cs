using System.Net;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Workflows;

public sealed class WorkflowListTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Two = """
        {"description": "Two", "steps": [{"id": "a", "job_type": "external:x"}, {"id": "b", "job_type": "external:x", "depends_on": ["a"]}],
         "schedule": {"cron": "0 6 * * *"}}
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_finds_workflows_by_a_part_of_the_name_with_what_they_did_last()
    {
        var name = await api.MadeWorkflowAsync(Two);
        var (first, second) = (await api.StartedRunOfAsync(name), await api.StartedRunOfAsync(name));
        await api.Client.PostAsync($"/api/v1/runs/{first}/cancel", "");

        var found = Assert.Single((await api.ReadJsonAsync($"/api/v1/workflows?name={name[3..].ToUpperInvariant()}")).EnumerateArray().ToList());

        Assert.Equal((name, "Two", 2, 1), (found.GetProperty("name").GetString(), found.GetProperty("description").GetString(), found.GetProperty("steps").GetInt32(), found.GetProperty("active_runs").GetInt32()));
        Assert.Equal([(second, "running"), (first, "canceled")], found.GetProperty("recent_runs").EnumerateArray().Select(r => (r.GetProperty("id").GetGuid(), r.GetProperty("state").GetString())));
        Assert.EndsWith("T06:00:00+00:00", found.GetProperty("next_run_at").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await api.ReadJsonAsync("/api/v1/workflows?name=no%25such")).GetArrayLength());
    }

    [Fact]
    public async Task Versions_come_in_pages()
    {
        var name = await api.MadeWorkflowAsync("""{"steps": [{"id": "a", "job_type": "echo"}]}""");
        for (var i = 0; i < 4; i++)
        {
            await api.PutWorkflowAsync(name, $$"""{"description": "{{i}}", "steps": [{"id": "a", "job_type": "echo"}]}""");
        }

        var versions = new List<int>();
        for (var path = $"/api/v1/workflows/{name}/versions?limit=2"; path is not null;)
        {
            var page = await api.Client.GetAsync(path, Cancel);
            versions.AddRange((await page.JsonAsync()).EnumerateArray().Select(v => v.GetProperty("version").GetInt32()));
            path = page.Next();
        }

        Assert.Equal([5, 4, 3, 2, 1], versions);
        await (await api.Client.GetAsync("/api/v1/workflows/nobody/versions", Cancel)).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Grid_has_each_run_with_how_its_steps_stand()
    {
        var name = await api.MadeWorkflowAsync(Two);
        var (first, second) = (await api.StartedRunOfAsync(name), await api.StartedRunOfAsync(name));
        await api.Client.PostAsync($"/api/v1/runs/{first}/cancel", "");

        var grid = (await api.ReadJsonAsync($"/api/v1/workflows/{name}/grid")).EnumerateArray().ToList();

        Assert.Equal([second, first], grid.Select(r => r.GetProperty("run").GetProperty("id").GetGuid()));
        Assert.Equal(
            ["a running", "b waiting", "a canceled", "b canceled"],
            grid.SelectMany(r => r.GetProperty("steps").EnumerateArray()).Select(s => $"{s.GetProperty("id")} {s.GetProperty("state")}"));
        Assert.Equal(1, (await api.ReadJsonAsync($"/api/v1/workflows/{name}/grid?state=canceled")).GetArrayLength());
        await (await api.Client.GetAsync("/api/v1/workflows/nobody/grid", Cancel)).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Definition_is_checked_without_being_kept()
    {
        var name = WorkflowRequests.NewName();

        var good = await CheckAsync(name, Two);
        var bad = await CheckAsync(name, """{"steps": [{"id": "a", "job_type": "echo"}, {"id": "b", "job_type": "echo", "depends_on": ["c"]}], "max_active_runs": -1}""");
        var pool = await CheckAsync(name, """{"steps": [{"id": "a", "job_type": "echo", "pool": "nowhere"}]}""");

        Assert.True(good.GetProperty("valid").GetBoolean());
        Assert.Equal(5, good.GetProperty("next_runs").GetArrayLength());
        Assert.False(bad.GetProperty("valid").GetBoolean());
        Assert.Contains(bad.GetProperty("errors").EnumerateArray(), e => e.GetProperty("field").GetString() == "max_active_runs");
        var wrong = pool.GetProperty("errors")[0];
        Assert.Equal(("steps[0].pool", "a"), (wrong.GetProperty("field").GetString(), wrong.GetProperty("step").GetString()));
        await (await api.Client.GetAsync($"/api/v1/workflows/{name}", Cancel)).ProblemAsync(HttpStatusCode.NotFound);
        await (await api.Client.PostAsync($"/api/v1/workflows/{name}/validate", "{")).ProblemAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Jobs_of_a_step_are_shown_with_their_attempts()
    {
        var run = await api.StartedRunAsync(Two);
        var job = await api.ReadAsync<Guid>("select id from jobs where run_id = $1", run);
        await api.ExecuteAsync("""
            insert into job_events (job_id, event, attempt, detail, at) values
            ($1, 'started', 1, null, '2030-01-01T00:00:00Z'), ($1, 'retrying', 1, 'no luck', '2030-01-01T00:00:01Z'), ($1, 'started', 2, null, '2030-01-01T00:00:02Z')
            """, job);

        var attempts = (await api.ReadJsonAsync($"/api/v1/runs/{run}/steps/a"))[0].GetProperty("attempts").EnumerateArray().ToList();

        Assert.Equal(
            [(1, "failed", "no luck", "2030-01-01T00:00:01+00:00"), (2, "running", null, null)],
            attempts.Select(a => (a.GetProperty("attempt").GetInt32(), a.GetProperty("state").GetString(), a.GetProperty("error_message").GetString(), a.GetProperty("finished_at").GetString())));
        await (await api.Client.GetAsync($"/api/v1/runs/{run}/steps/zzz", Cancel)).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Backfills_are_listed_and_canceled_whole()
    {
        var name = await api.MadeWorkflowAsync("""{"steps": [{"id": "a", "job_type": "external:x"}]}""");
        var answer = await api.Client.PostAsync(
            $"/api/v1/workflows/{name}/backfills", """{"from": "2030-01-01T00:00:00Z", "to": "2030-01-11T00:00:00Z", "cron": "0 0 * * *", "parallelism": 3}""");
        var id = (await answer.JsonAsync()).GetProperty("id").GetGuid();

        var canceled = await (await api.Client.PostAsync($"/api/v1/backfills/{id}/cancel", "")).JsonAsync();

        Assert.Equal(10, canceled.GetProperty("states").GetProperty("canceled").GetInt32());
        Assert.Equal(id, Assert.Single((await api.ReadJsonAsync($"/api/v1/workflows/{name}/backfills")).EnumerateArray().ToList()).GetProperty("id").GetGuid());
        Assert.Equal(0, await api.ReadAsync<long>("select count(*) from jobs j join workflow_runs r using (id) where r.backfill_id = $1 and j.finished_at is null", id));
    }

    [Fact]
    public async Task Schedules_are_found_by_workflow_and_pause()
    {
        var (name, other) = (await api.MadeWorkflowAsync(Two), await api.MadeWorkflowAsync(Two));
        await api.Client.PostAsync($"/api/v1/schedules/{other}/pause", "");

        Assert.Equal(1, (await api.ReadJsonAsync($"/api/v1/schedules?workflow={name}&paused=false")).GetArrayLength());
        Assert.Equal(0, (await api.ReadJsonAsync($"/api/v1/schedules?workflow={other}&paused=false")).GetArrayLength());
        await (await api.Client.GetAsync("/api/v1/schedules?paused=maybe", Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);
    }

    private async Task<System.Text.Json.JsonElement> CheckAsync(string name, string definition) =>
        await (await api.Client.PostAsync($"/api/v1/workflows/{name}/validate", definition)).JsonAsync();
}
