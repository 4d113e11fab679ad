using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AsyncStack.Core.Messaging;
using AsyncStack.Worker.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RabbitMQ.Client;

namespace AsyncStack.Worker.Tests.Workflows;

[Collection(ServersCollection.Name)]
public sealed class AirflowTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dag_run_is_triggered_with_its_conf_and_the_answer_of_its_last_task_is_the_result()
    {
        await using var airflow = await Airflow.StartAsync();
        await using var worker = await servers.StartAsync(airflow.Settings());
        var id = await servers.Jobs.SubmitAsync("airflow", """{"dag_id": "etl", "payload": {"n": 1}, "conf": {"extra": true}}""");
        await servers.Jobs.UntilAsync(() => servers.Jobs.ReadAsync(id), r => r is { State: "running", WorkerId: null });

        var run = airflow.Runs[$"etl/asyncstack__{id}"];
        Assert.Equal($$$"""{"extra":true,"correlation_id":"correlation-{{{id}}}","payload":{"n":1}}""", run.Conf);
        await servers.Broker.PublishAsync(
            "", Topology.ExternalResults, Encoding.UTF8.GetBytes("{\"rows\": 3}"), new BasicProperties { CorrelationId = $"correlation-{id}" });

        Assert.Equal("{\"rows\": 3}", (await servers.Jobs.StateAsync(id, "completed")).Result);
    }

    [Fact]
    public async Task Dag_run_that_fails_is_cleared_by_the_next_attempt_and_fails_the_job_after_the_last()
    {
        await using var airflow = await Airflow.StartAsync();
        await using var worker = await servers.StartAsync(airflow.Settings());
        var id = await servers.Jobs.SubmitAsync("airflow", """{"dag_id": "etl"}""", maxAttempts: 2);
        await servers.Jobs.UntilAsync(() => servers.Jobs.ReadAsync(id), r => r is { State: "running", WorkerId: null, Attempt: 1 });

        airflow.Runs[$"etl/asyncstack__{id}"].State = "failed";
        await servers.Jobs.UntilAsync(() => servers.Jobs.ReadAsync(id), r => r is { State: "running", WorkerId: null, Attempt: 2 });
        Assert.Equal((1, "queued"), (airflow.Runs[$"etl/asyncstack__{id}"].Cleared, airflow.Runs[$"etl/asyncstack__{id}"].State));
        airflow.Runs[$"etl/asyncstack__{id}"].State = "failed";

        var row = await servers.Jobs.StateAsync(id, "failed");
        Assert.Contains("has failed", row.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempt_after_a_lost_worker_takes_up_the_run_that_is_there()
    {
        await using var airflow = await Airflow.StartAsync();
        await using var worker = await servers.StartAsync(airflow.Settings());
        var id = await servers.Jobs.SubmitAsync("airflow", """{"dag_id": "etl"}""");
        await servers.Jobs.UntilAsync(() => servers.Jobs.ReadAsync(id), r => r is { State: "running", WorkerId: null });
        await servers.ExecuteAsync($"update jobs set state = 'queued', queued_at = now() where id = '{id}'");
        await servers.Jobs.TellAsync("airflow", [id]);

        await servers.Jobs.UntilAsync(() => servers.Jobs.ReadAsync(id), r => r is { State: "running", WorkerId: null, Attempt: 2 });

        Assert.Equal((1, 0), (airflow.Triggered, airflow.Runs[$"etl/asyncstack__{id}"].Cleared));
        await servers.ExecuteAsync("delete from jobs");
    }

    [Fact]
    public async Task Unknown_dag_fails_at_once_and_an_expired_token_is_renewed()
    {
        await using var airflow = await Airflow.StartAsync();
        await using var worker = await servers.StartAsync(airflow.Settings());
        var unknown = await servers.Jobs.SubmitAsync("airflow", """{"dag_id": "nothing"}""");
        Assert.Contains("404", (await servers.Jobs.StateAsync(unknown, "failed")).Error, StringComparison.Ordinal);

        airflow.Token = "second";
        var id = await servers.Jobs.SubmitAsync("airflow", """{"dag_id": "etl"}""");
        await servers.Jobs.UntilAsync(() => servers.Jobs.ReadAsync(id), r => r is { State: "running", WorkerId: null });
        await servers.ExecuteAsync("delete from jobs");
    }

    [Fact]
    public async Task Without_an_address_the_job_fails_and_says_what_to_set()
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync("airflow", """{"dag_id": "etl"}""");

        Assert.Contains("Airflow:BaseUrl", (await servers.Jobs.StateAsync(id, "failed")).Error, StringComparison.Ordinal);
    }

    private sealed class DagRun(string conf)
    {
        public string Conf => conf;

        public string State { get; set; } = "queued";

        public int Cleared { get; set; }
    }

    /// <summary>What jobs need of Airflow's REST API v2, as its documentation has it, on a real socket.</summary>
    private sealed class Airflow(WebApplication app) : IAsyncDisposable
    {
        public ConcurrentDictionary<string, DagRun> Runs { get; } = new(StringComparer.Ordinal);

        public string Token { get; set; } = "first";

        public int Triggered { get; private set; }

        public static async Task<Airflow> StartAsync()
        {
            Airflow airflow = null!;
            var app = await HttpStepTests.TargetAsync(a =>
            {
                a.MapPost("/auth/token", async (HttpContext c) => (await JsonSerializer.DeserializeAsync<JsonElement>(c.Request.Body, cancellationToken: Cancel)).GetProperty("password").GetString() == "secret"
                    ? Results.Json(new { access_token = airflow.Token }, statusCode: 201)
                    : Results.StatusCode(401));
                a.MapPost("/api/v2/dags/{dag}/dagRuns", (string dag, HttpContext c) => airflow.TriggerAsync(dag, c));
                a.MapGet("/api/v2/dags/{dag}/dagRuns/{run}", (string dag, string run, HttpContext c) => airflow.Refuse(c) ?? (airflow.Runs.TryGetValue($"{dag}/{run}", out var found)
                    ? Results.Json(new { dag_run_id = run, state = found.State })
                    : Results.NotFound()));
                a.MapPost("/api/v2/dags/{dag}/dagRuns/{run}/clear", (string dag, string run, HttpContext c) => airflow.Refuse(c) ?? airflow.Clear($"{dag}/{run}"));
            });
            return airflow = new Airflow(app);
        }

        public Dictionary<string, string?> Settings() => new()
        {
            ["Airflow:BaseUrl"] = app.Urls.First(), ["Airflow:Username"] = "me", ["Airflow:Password"] = "secret", ["Airflow:PollInterval"] = "00:00:00.100",
        };

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private IResult? Refuse(HttpContext context) => context.Request.Headers.Authorization == $"Bearer {Token}" ? null : Results.StatusCode(401);

        private async Task<IResult> TriggerAsync(string dag, HttpContext context)
        {
            if (Refuse(context) is { } refusal)
            {
                return refusal;
            }

            var body = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: Cancel))!.AsObject();
            if (dag != "etl" || !body.ContainsKey("logical_date"))
            {
                return dag == "etl" ? Results.UnprocessableEntity() : Results.Json(new { detail = $"The Dag with ID: `{dag}` was not found" }, statusCode: 404);
            }

            var id = body["dag_run_id"]!.GetValue<string>();
            if (!Runs.TryAdd($"{dag}/{id}", new DagRun(body["conf"]!.ToJsonString())))
            {
                return Results.Conflict();
            }

            Triggered++;
            return Results.Json(new { dag_run_id = id, state = "queued" });
        }

        private IResult Clear(string run)
        {
            Runs[run].Cleared++;
            Runs[run].State = "queued";
            return Results.Json(new { state = "queued" });
        }
    }
}
