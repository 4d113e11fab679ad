using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;

namespace AsyncStack.Pages.Tests;

/// <summary>What pages of workflows, callbacks, records and operations show when a product has been in use for a while.</summary>
internal sealed class AreaData(GraphClient client, NpgsqlDataSource database)
{
    /// <summary>Greets each of a list; has a schedule.</summary>
    public const string Greetings = "greetings";

    /// <summary>Fails at its second step.</summary>
    public const string Broken = "broken";

    /// <summary>Waits for a signal.</summary>
    public const string Approval = "approval";

    private const string GreetingsDefinition = """
        {
          "description": "Greets each of a list, then sums up.",
          "input": {"names": {"type": "array", "required": true, "description": "who is greeted"}, "greeting": {"type": "string", "default": "Hello"}},
          "steps": [
            {"id": "check", "job_type": "echo", "params": {"names": "{{input.names}}"}},
            {"id": "greet", "job_type": "echo", "depends_on": ["check"], "for_each": "{{input.names}}", "params": {"text": "{{input.greeting}} {{item}}"}, "pool": "narrow"},
            {"id": "count", "job_type": "echo", "depends_on": ["check"], "params": {"first": "{{steps.check.result.names[0]}}"}},
            {"id": "report", "job_type": "echo", "depends_on": ["greet", "count", "check"], "params": {"greeted": "{{steps.greet.result}}"}}
          ],
          "schedule": {"cron": "0 6 * * 1-5", "time_zone": "Europe/Oslo", "input": {"names": ["Ada"]}}
        }
        """;

    private const string BrokenDefinition = """
        {
          "steps": [
            {"id": "begin", "job_type": "echo", "params": {"n": 1}},
            {"id": "fetch", "job_type": "http", "depends_on": ["begin"], "params": {"url": "http://192.0.2.1.nowhere.invalid/", "method": "GET"}, "max_attempts": 1},
            {"id": "tell", "job_type": "echo", "depends_on": ["fetch"]}
          ]
        }
        """;

    private const string ApprovalDefinition = """
        {
          "description": "Goes on once somebody agreed.",
          "steps": [
            {"id": "ask", "job_type": "echo", "params": {"question": "May it go on?"}},
            {"id": "agreed", "job_type": "wait", "depends_on": ["ask"], "params": {"signal": "agreed"}},
            {"id": "done", "job_type": "echo", "depends_on": ["agreed"], "params": {"said": "{{steps.agreed.result}}"}}
          ]
        }
        """;

    private static readonly string[] Names = ["Ada", "Bo", "Cy", "Di"];

    /// <summary>A run of <see cref="Greetings"/> that completed.</summary>
    public Guid CompletedRun { get; private set; }

    /// <summary>A run of <see cref="Broken"/>.</summary>
    public Guid FailedRun { get; private set; }

    /// <summary>A run of <see cref="Approval"/> that waits.</summary>
    public Guid WaitingRun { get; private set; }

    /// <summary>A target that is not called.</summary>
    public Guid ClosedEndpoint { get; private set; }

    /// <summary>A resource that was changed once.</summary>
    public Guid Resource { get; private set; }

    public async Task MakeAsync(Uri receiver)
    {
        await MakeWorkflowsAsync();
        await MakeCallbacksAsync(receiver);
        await MakeRecordsAsync();
    }

    /// <summary>Starts a run.</summary>
    public async Task<Guid> RunAsync(string workflow, object? input = null, string? callback = null) =>
        (await SendAsync(HttpMethod.Post, $"/api/v1/workflows/{workflow}/runs", new { input = input ?? new { }, callback_url = callback })).GetProperty("id").GetGuid();

    /// <summary>Returns when the run is in this state.</summary>
    public Task RunIsAsync(Guid run, string state) => Waiting.ForAsync(async () => (await client.GetAsync($"/api/v1/runs/{run}")).GetProperty("state").GetString() == state);

    /// <summary>Puts a message that no consumer can take into a queue; returns when it was given up.</summary>
    public async Task GiveUpAsync(string body)
    {
        await using var command = database.CreateCommand("insert into outbox (id, exchange, routing_key, type, body) values (gen_random_uuid(), '', 'task_queue', 'broken', convert_to($1, 'UTF8'))");
        command.Parameters.AddWithValue(body);
        await command.ExecuteNonQueryAsync();
        await Waiting.ForAsync(async () => (await client.GetAsync($"/api/v1/dead-letters?text={Uri.EscapeDataString(body)}")).GetArrayLength() > 0);
    }

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = body is string text ? new StringContent(text, System.Text.Encoding.UTF8, "application/json") : JsonContent.Create(body);
        }

        using var answer = await client.Http.SendAsync(request);
        var said = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {said}");
        return said.StartsWith('{') ? JsonDocument.Parse(said).RootElement : default;
    }

    private async Task MakeWorkflowsAsync()
    {
        await SendAsync(HttpMethod.Put, "/api/v1/pools/narrow", new { slots = 2 });
        await SendAsync(HttpMethod.Put, $"/api/v1/workflows/{Greetings}", GreetingsDefinition.Replace("then sums up", "and counts", StringComparison.Ordinal));
        await SendAsync(HttpMethod.Put, $"/api/v1/workflows/{Greetings}", GreetingsDefinition);
        await SendAsync(HttpMethod.Put, $"/api/v1/workflows/{Broken}", BrokenDefinition);
        await SendAsync(HttpMethod.Put, $"/api/v1/workflows/{Approval}", ApprovalDefinition);
        await SendAsync(HttpMethod.Put, "/api/v1/schedules/greetings-weekly", new { workflow = Greetings, cron = "0 9 * * 1", time_zone = "Europe/Oslo", input = new { names = Names[1..2] } });
        await SendAsync(HttpMethod.Post, "/api/v1/schedules/greetings-weekly/pause");
        await SendAsync(HttpMethod.Post, $"/api/v1/workflows/{Greetings}/backfills", new { from = "2026-01-05T00:00:00Z", to = "2026-01-10T00:00:00Z", parallelism = 2, input = new { names = Names[2..] } });
        CompletedRun = await RunAsync(Greetings, new { names = Names[..3] });
        FailedRun = await RunAsync(Broken);
        WaitingRun = await RunAsync(Approval);
        await RunIsAsync(CompletedRun, "completed");
        await RunIsAsync(FailedRun, "failed");
        await Waiting.ForAsync(async () => (await client.GetAsync($"/api/v1/runs/{WaitingRun}")).GetProperty("steps")[1].GetProperty("state").GetString() == "running");
    }

    private async Task MakeCallbacksAsync(Uri receiver)
    {
        const string closed = "https://closed.example/hook";
        ClosedEndpoint = (await SendAsync(HttpMethod.Post, "/api/v1/webhooks/endpoints", new { url = closed })).GetProperty("id").GetGuid();
        await SendAsync(HttpMethod.Post, $"/api/v1/webhooks/endpoints/{ClosedEndpoint}/disable", new { reason = "moved away" });
        var dead = await client.SubmitAsync(new Uri(closed));
        await Waiting.ForAsync(async () => (await client.DeliveriesAsync(dead.CorrelationId)).EnumerateArray().Any(d => d.GetProperty("state").GetString() == "dead"));
        using var forged = new HttpRequestMessage(HttpMethod.Post, receiver) { Content = JsonContent.Create(new { type = "job.forged", correlation_id = "forged" }) };
        forged.Headers.Add("webhook-id", "msg_forged");
        forged.Headers.Add("webhook-timestamp", TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture));
        forged.Headers.Add("webhook-signature", "v1,AAAA");
        using var refused = await client.Http.SendAsync(forged);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    private async Task MakeRecordsAsync()
    {
        Resource = (await SendAsync(HttpMethod.Post, "/api/v1/resources", new { name = "printer", description = "third floor" })).GetProperty("id").GetGuid();
        await SendAsync(HttpMethod.Put, $"/api/v1/resources/{Resource}", new { name = "printer", description = "fourth floor", status = "moved" });
        using var saved = await client.Http.PostAsync("/save?data=Hello%20from%20the%20tests", null);
        await Waiting.ForAsync(async () => (await client.GetAsync("/api/v1/messages")).GetArrayLength() > 0);
        await Waiting.ForAsync(async () => (await client.GetAsync($"/api/v1/tasks?resource_id={Resource}&status=completed")).GetArrayLength() > 0);
        await Waiting.ForAsync(async () => (await client.GetAsync($"/api/v1/events?resource_id={Resource}")).GetArrayLength() > 1);
        await GiveUpAsync("this is no JSON");
    }
}
