using System.Net;
using System.Text;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Core.Messaging;

namespace AsyncStack.Api.Tests.Workflows;

public sealed class WorkflowTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Greeting = """
        {"input": {"name": {"type": "string", "required": true}},
         "steps": [{"id": "greet", "job_type": "external:greeter", "params": {"text": "Hello {{input.name}}"}},
                   {"id": "tell", "job_type": "echo", "depends_on": ["greet"], "params": {"told": "{{steps.greet.result}}"}}]}
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Versions_are_added_by_changes_and_never_change()
    {
        var name = WorkflowRequests.NewName();
        var made = await api.PutWorkflowAsync(name, Greeting);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal($"/api/v1/workflows/{name}", made.Headers.Location?.OriginalString);
        Assert.Equal(1, (await (await api.PutWorkflowAsync(name, Greeting)).JsonAsync()).GetProperty("version").GetInt32());
        Assert.Equal(2, (await (await api.PutWorkflowAsync(name, """{"steps": [{"id": "a", "job_type": "echo"}]}""")).JsonAsync()).GetProperty("version").GetInt32());

        var versions = await api.ReadJsonAsync($"/api/v1/workflows/{name}/versions");
        Assert.Equal([2, 1], versions.EnumerateArray().Select(v => v.GetProperty("version").GetInt32()));
        Assert.Equal("greet", (await api.ReadJsonAsync($"/api/v1/workflows/{name}?version=1")).GetProperty("definition").GetProperty("steps")[0].GetProperty("id").GetString());
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => api.ExecuteAsync("update workflow_versions set version = 9 where workflow = $1", name));
    }

    [Fact]
    public async Task Writers_at_once_take_one_version_after_the_other()
    {
        var name = WorkflowRequests.NewName();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => api.PutWorkflowAsync(name, $$"""{"description": "{{i}}", "steps": [{"id": "a", "job_type": "echo"}]}""")));

        Assert.All(answers, a => Assert.True(a.IsSuccessStatusCode));
        Assert.Equal(12, await api.ReadAsync<long>("select count(*) from workflow_versions where workflow = $1", name));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "depends_on": ["b"]}, {"id": "b", "job_type": "echo", "depends_on": ["a"]}]}""", "steps[0].depends_on", "'a'")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "params": {"x": "{{steps.zzz.result}}"}}]}""", "steps[0].params", "'a'")]
    [InlineData("""{"steps": [{"id": "a", "job_type": "echo", "pool": "nowhere"}]}""", "steps[0].pool", "'a'")]
    [InlineData("""{"name": "other", "steps": [{"id": "a", "job_type": "echo"}]}""", "name", "address")]
    [InlineData("[]", "$", "object")]
    public async Task Bad_definition_is_422_with_step_and_field(string body, string field, string who)
    {
        var problem = await (await api.PutWorkflowAsync(WorkflowRequests.NewName(), body)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.Contains(who, problem.GetProperty("errors").GetProperty(field)[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_is_committed_with_its_first_jobs_and_shows_its_graph()
    {
        var name = await api.MadeWorkflowAsync(Greeting);

        var answer = await api.Client.PostAsync($"/api/v1/workflows/{name}/runs", """{"input": {"name": "Ada"}, "priority": "high"}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var run = await api.ReadJsonAsync(answer.Headers.Location!.OriginalString);
        Assert.Equal(("running", "Ada"), (run.GetProperty("state").GetString(), run.GetProperty("input").GetProperty("name").GetString()));
        var (greet, tell) = (run.GetProperty("steps")[0], run.GetProperty("steps")[1]);
        Assert.Equal(("running", "waiting"), (greet.GetProperty("state").GetString(), tell.GetProperty("state").GetString()));
        var job = await api.ReadJsonAsync($"/jobs/{greet.GetProperty("jobs")[0].GetProperty("id").GetGuid()}");
        Assert.Equal("external:greeter", job.GetProperty("job_type").GetString());
        Assert.Equal("Hello Ada", await api.ReadAsync<string>("select payload ->> 'text' from jobs where run_id = $1", run.GetProperty("id").GetGuid()));
        Assert.Equal("high", await api.ReadAsync<string>("select priority from jobs where run_id = $1", run.GetProperty("id").GetGuid()));
    }

    [Theory]
    [InlineData("""{"input": {}}""", "input.name")]
    [InlineData("""{"input": {"name": 7}}""", "input.name")]
    [InlineData("""{"input": {"name": "x", "other": 1}}""", "input.other")]
    [InlineData("""{"input": []}""", "input")]
    [InlineData("""{"input": {"name": "\ud800"}}""", "input")]
    [InlineData("""{"input": {"name": "x"}, "max_attempts": 3}""", "max_attempts")]
    public async Task Input_that_the_workflow_does_not_take_is_422_with_the_field(string body, string field)
    {
        var name = await api.MadeWorkflowAsync(Greeting);

        var problem = await (await api.Client.PostAsync($"/api/v1/workflows/{name}/runs", body)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    [Fact]
    public async Task Unknown_workflow_and_version_are_404()
    {
        var name = await api.MadeWorkflowAsync(Greeting);

        await (await api.Client.PostAsync("/api/v1/workflows/nobody/runs", "{}")).ProblemAsync(HttpStatusCode.NotFound);
        await (await api.Client.PostAsync($"/api/v1/workflows/{name}/runs", """{"version": 5}""")).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Key_starts_one_run_however_often_it_is_sent()
    {
        var name = await api.MadeWorkflowAsync(Greeting);
        var key = ("Idempotency-Key", $"\"{Guid.NewGuid()}\"");

        var first = await api.Client.PostAsync($"/api/v1/workflows/{name}/runs", """{"input": {"name": "Ada"}}""", key);
        var again = await api.Client.PostAsync($"/api/v1/workflows/{name}/runs", """{"input": {"name": "Ada"}}""", key);
        var other = await api.Client.PostAsync($"/api/v1/workflows/{name}/runs", """{"input": {"name": "Bob"}}""", key);

        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
        Assert.Equal(1, await api.ReadAsync<long>("select count(*) from workflow_runs where workflow = $1", name));
    }

    [Fact]
    public async Task Process_with_a_workflow_starts_a_run_whose_end_is_told()
    {
        var name = await api.MadeWorkflowAsync(Greeting);
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);
        var correlation = $"c-{Guid.NewGuid()}";
        var body = $$"""{"callback_url": "https://example.com/hook", "workflow": "{{name}}", "payload": {"name": "Ada"}, "correlation_id": "{{correlation}}"}""";

        var answer = await api.Client.PostAsync(Http.Process, body);
        await (await api.Client.PostAsync(Http.Process, body)).ProblemAsync(HttpStatusCode.Conflict);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var run = (await answer.JsonAsync()).GetProperty("job_id").GetGuid();
        var job = await api.ReadJsonAsync($"/api/process/{correlation}");
        Assert.Equal(("workflow", "running"), (job.GetProperty("job_type").GetString(), job.GetProperty("job_status").GetString()));
        Assert.Equal("{\"status\":\"Cancelled\"}", await (await api.Client.PostAsync($"/api/v1/runs/{run}/cancel", "")).Content.ReadAsStringAsync(Cancel));
        Assert.Equal("canceled", (await api.ReadJsonAsync($"/api/process/{correlation}")).GetProperty("job_status").GetString());
        await broker.TakeAsync(Topology.NotifierResults, m => Encoding.UTF8.GetString(m.Body.Span).Contains(run.ToString(), StringComparison.Ordinal));
        await (await api.Client.PostAsync(Http.Process, $$$"""{"callback_url": "https://example.com/", "workflow": "{{{name}}}", "payload": {}}""")).ProblemAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Canceled_job_of_a_step_ends_its_run_which_can_be_run_again()
    {
        var run = await api.StartedRunAsync(Greeting, """{"name": "Ada"}""");
        var job = (await api.ReadJsonAsync($"/api/v1/runs/{run}")).GetProperty("steps")[0].GetProperty("jobs")[0].GetProperty("id").GetGuid();

        await api.Client.PostAsync($"/jobs/{job}/cancel", "");

        Assert.Equal("failed", await StateAsync(run));
        await (await api.Client.PostAsync($"/jobs/{job}/retry", "")).ProblemAsync(HttpStatusCode.Conflict);
        await (await api.Client.PostAsync($"/api/v1/runs/{run}/steps/nothing/clear", "")).ProblemAsync(HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.Accepted, (await api.Client.PostAsync($"/api/v1/runs/{run}/steps/greet/clear", "")).StatusCode);
        Assert.Equal("running", await StateAsync(run));
        await (await api.Client.PostAsync($"/api/v1/runs/{run}/steps/greet/clear", "")).ProblemAsync(HttpStatusCode.Conflict);
        await (await api.Client.PostAsync($"/api/v1/runs/{run}/rerun", """{"from": "greet"}""")).ProblemAsync(HttpStatusCode.Conflict);
        await api.Client.PostAsync($"/api/v1/runs/{run}/cancel", "");
        Assert.Equal(HttpStatusCode.Accepted, (await api.Client.PostAsync($"/api/v1/runs/{run}/rerun", "{}")).StatusCode);
        Assert.Equal(3, (await api.ReadJsonAsync($"/api/v1/runs/{run}")).GetProperty("steps")[0].GetProperty("round").GetInt32());
        Assert.Equal(3, (await api.ReadJsonAsync($"/api/v1/runs/{run}/steps/greet")).GetArrayLength());
        Assert.Equal(2, await api.ReadAsync<long>("select count(*) from audit where action in ('workflow_run.rerun', 'workflow_run.clear_step') and subject_id = $1", run.ToString()));
    }

    [Fact]
    public async Task Cancel_at_once_with_the_end_of_the_step_leaves_one_end()
    {
        for (var i = 0; i < 20; i++)
        {
            var run = await api.StartedRunAsync("""{"steps": [{"id": "a", "job_type": "external:x"}, {"id": "b", "job_type": "external:x", "depends_on": ["a"]}]}""");
            var job = (await api.ReadJsonAsync($"/api/v1/runs/{run}")).GetProperty("steps")[0].GetProperty("jobs")[0].GetProperty("id").GetGuid();

            var answers = await Task.WhenAll(api.Client.PostAsync($"/api/v1/runs/{run}/cancel", ""), api.Client.PostAsync($"/jobs/{job}/cancel", ""));

            Assert.Contains(answers, a => a.IsSuccessStatusCode);
            Assert.Contains(await StateAsync(run), (string[])["canceled", "failed"]);
            Assert.Equal(0, await api.ReadAsync<long>("select count(*) from jobs where root_run_id = $1 and finished_at is null", run));
        }
    }

    [Fact]
    public async Task Signal_is_kept_once_and_ends_the_step_that_waits()
    {
        var run = await api.StartedRunAsync("""{"steps": [{"id": "w", "job_type": "wait", "params": {"signal": "go"}}]}""");

        Assert.Equal(HttpStatusCode.Accepted, (await api.Client.PostAsync($"/api/v1/runs/{run}/signals/go", """{"by": "me"}""")).StatusCode);

        var ended = await api.ReadJsonAsync($"/api/v1/runs/{run}");
        Assert.Equal(("completed", "me"), (ended.GetProperty("state").GetString(), ended.GetProperty("result").GetProperty("by").GetString()));
        await (await api.Client.PostAsync($"/api/v1/runs/{run}/signals/go", "1")).ProblemAsync(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Backfill_makes_a_run_for_each_time_and_begins_a_few()
    {
        var name = await api.MadeWorkflowAsync("""{"steps": [{"id": "a", "job_type": "external:x", "params": {"day": "{{run.scheduled_at}}"}}]}""");

        var answer = await api.Client.PostAsync(
            $"/api/v1/workflows/{name}/backfills", """{"from": "2030-01-01T00:00:00Z", "to": "2030-01-11T00:00:00Z", "cron": "0 0 * * *", "parallelism": 3}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var backfill = await api.ReadJsonAsync(answer.Headers.Location!.OriginalString);
        Assert.Equal((10, 10), (backfill.GetProperty("runs").GetInt32(), (await api.ReadJsonAsync($"/api/v1/runs?workflow={name}&limit=100")).GetArrayLength()));
        // The first ones are told to the workers, who begin them.
        Assert.Equal(10, await api.ReadAsync<long>("select count(*) from workflow_runs where workflow = $1 and state = 'queued'", name));
        Assert.InRange(await api.ReadAsync<long>("select count(*) from jobs j join workflow_runs r using (id) where r.workflow = $1 and j.state = 'queued'", name), 3, 10);
        await (await api.Client.PostAsync($"/api/v1/workflows/{name}/backfills", """{"from": "2030-01-01T00:00:00Z", "to": "2040-01-01T00:00:00Z", "cron": "* * * * *"}""")).ProblemAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Schedule_of_a_definition_comes_goes_and_shows_its_next_runs()
    {
        var name = await api.MadeWorkflowAsync("""{"steps": [{"id": "a", "job_type": "echo"}], "schedule": {"cron": "0 6 * * *", "time_zone": "Europe/Berlin"}}""");
        Assert.Equal(5, (await api.ReadJsonAsync($"/api/v1/schedules/{name}")).GetProperty("next_runs").GetArrayLength());

        Assert.True((await (await api.Client.PostAsync($"/api/v1/schedules/{name}/pause", "")).JsonAsync()).GetProperty("paused").GetBoolean());
        Assert.Equal(0, (await api.ReadJsonAsync($"/api/v1/schedules/{name}")).GetProperty("next_runs").GetArrayLength());
        var triggered = await api.Client.PostAsync($"/api/v1/schedules/{name}/trigger", "");
        Assert.Equal(HttpStatusCode.Accepted, triggered.StatusCode);
        Assert.Equal(name, (await api.ReadJsonAsync(triggered.Headers.Location!.OriginalString)).GetProperty("schedule").GetString());
        await api.Client.PostAsync($"/api/v1/schedules/{name}/resume", "");
        Assert.Equal(5, (await api.ReadJsonAsync($"/api/v1/schedules/{name}")).GetProperty("next_runs").GetArrayLength());

        await api.PutWorkflowAsync(name, """{"steps": [{"id": "a", "job_type": "echo"}]}""");
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.GetAsync($"/api/v1/schedules/{name}", Cancel)).StatusCode);
    }

    private async Task<string?> StateAsync(Guid run) => (await api.ReadJsonAsync($"/api/v1/runs/{run}")).GetProperty("state").GetString();
}
