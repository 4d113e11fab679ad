using System.Net;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Workflows;

public sealed class RunStreamTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Waiting = """
        {"steps": [{"id": "w", "job_type": "wait", "params": {"signal": "go"}}, {"id": "x", "job_type": "external:x", "depends_on": ["w"]}]}
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stream_of_a_run_tells_how_all_stands_then_what_changes_and_ends_with_the_run()
    {
        var run = await api.StartedRunAsync(Waiting);
        using var stream = await EventReader.OpenAsync(api.Client, $"/api/v1/runs/{run}");
        Assert.Equal(["step w running", "step x waiting", "run running"], [await NextAsync(stream), await NextAsync(stream), await NextAsync(stream)]);

        await api.Client.PostAsync($"/api/v1/runs/{run}/signals/go", "1");
        Assert.Equal(["step w completed", "step x running"], [await NextAsync(stream), await NextAsync(stream)]);
        await api.Client.PostAsync($"/api/v1/runs/{run}/cancel", "");

        var rest = await stream.RestAsync();
        Assert.Equal(["step x canceled", "run canceled"], rest.Select(Text));
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{run}") { Headers = { { "Accept", "text/event-stream" }, { "Last-Event-ID", rest[^1].Id } } };
        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.SendAsync(again, Cancel)).StatusCode);
    }

    [Fact]
    public async Task Stream_of_runs_tells_of_those_of_the_workflow_as_they_are_made_begin_and_end()
    {
        var (name, other) = (await api.MadeWorkflowAsync(Waiting), await api.MadeWorkflowAsync(Waiting));
        using var stream = await EventReader.OpenAsync(api.Client, $"/api/v1/runs?workflow={name}");
        await api.StartedRunOfAsync(other);

        var run = await api.StartedRunOfAsync(name);

        // The server may only just have begun to listen, which is told of too.
        var first = (await stream.NextAsync())!;
        var told = JsonElement.Parse((first.Kind == "refresh" ? (await stream.NextAsync())! : first).Data);
        Assert.Equal((run, "running"), (told.GetProperty("id").GetGuid(), told.GetProperty("state").GetString()));
        await api.Client.PostAsync($"/api/v1/runs/{run}/cancel", "");
        Assert.Equal("run canceled", await NextAsync(stream));
    }

    [Fact]
    public async Task Stream_of_runs_asks_to_read_again_when_what_happened_is_not_known()
    {
        using var stream = await EventReader.OpenAsync(api.Client, "/api/v1/runs");
        await api.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ~* '^listen .*run_changed'");

        Assert.Equal("refresh", (await stream.NextAsync())!.Kind);
    }

    [Fact]
    public async Task Logs_are_read_whole_and_followed_to_the_end_of_the_run()
    {
        var run = await api.StartedRunAsync("""{"steps": [{"id": "w", "job_type": "wait", "params": {"signal": "go"}}]}""");
        var job = await api.ReadAsync<Guid>("select id from jobs where run_id = $1", run);
        await LogAsync(run, job, "first");
        using var stream = await EventReader.OpenAsync(api.Client, $"/api/v1/runs/{run}/logs");
        Assert.Contains("first", (await stream.NextAsync())!.Data, StringComparison.Ordinal);

        await LogAsync(run, job, "second");
        var second = (await stream.NextAsync())!;
        Assert.Contains("second", second.Data, StringComparison.Ordinal);
        await api.Client.PostAsync($"/api/v1/runs/{run}/signals/go", "1");

        Assert.Null(await stream.NextAsync());
        var lines = await api.ReadJsonAsync($"/api/v1/runs/{run}/logs?step=w&job_id={job}");
        Assert.Equal(["first", "second"], lines.EnumerateArray().Select(l => l.GetProperty("message").GetString()));
        Assert.Equal(0, (await api.ReadJsonAsync($"/api/v1/runs/{run}/logs?job_id={Guid.NewGuid()}")).GetArrayLength());
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{run}/logs") { Headers = { { "Accept", "text/event-stream" }, { "Last-Event-ID", second.Id } } };
        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.SendAsync(again, Cancel)).StatusCode);
    }

    private static async Task<string> NextAsync(EventReader stream) => Text((await stream.NextAsync())!);

    private static string Text(ServerEvent told)
    {
        var data = JsonElement.Parse(told.Data);
        return told.Kind == "step" ? $"step {data.GetProperty("id")} {data.GetProperty("state")}" : $"{told.Kind} {data.GetProperty("state")}";
    }

    private async Task LogAsync(Guid run, Guid job, string message)
    {
        await api.ExecuteAsync("insert into step_logs (run_id, job_id, attempt, at, level, message) values ($1, $2, 1, now(), 'info', $3)", run, job, message);
        await api.ExecuteAsync("select pg_notify('step_logs', $1)", run.ToString());
    }
}
