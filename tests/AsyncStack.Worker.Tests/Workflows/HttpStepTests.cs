using AsyncStack.Worker.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Worker.Tests.Workflows;

[Collection(ServersCollection.Name)]
public sealed class HttpStepTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    internal static readonly Dictionary<string, string?> Loopback = new() { ["Egress:AllowedNetworks:0"] = "127.0.0.0/8" };

    [Fact]
    public async Task Request_goes_out_as_it_was_asked_for_and_its_answer_is_the_result()
    {
        await using var target = await TargetAsync(app => app.MapPost("/in", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            return Results.Json(new { got = await reader.ReadToEndAsync(), key = context.Request.Headers["Idempotency-Key"].ToString().Length, x = context.Request.Headers["X-Test"].ToString() });
        }));
        var run = await EndAsync($$$"""
            {"steps": [{"id": "call", "job_type": "http", "params": {"url": "{{{target.Urls.First()}}}/in", "body": {"n": "{{input.n}}"}, "headers": {"X-Test": "yes"} } },
                       {"id": "read", "job_type": "echo", "depends_on": ["call"], "params": {"status": "{{steps.call.result.status}}", "body": "{{steps.call.result.body}}"} }]}
            """, """{"n": 5}""");

        Assert.Equal(("completed", """{"status":200,"body":{"got":"{\"n\":5}","key":38,"x":"yes"}}"""), (run.State, run.Result?.Replace("\\u0022", "\\\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Failing_target_is_tried_again_and_a_refusal_is_not()
    {
        var calls = 0;
        await using var target = await TargetAsync(app =>
        {
            app.MapGet("/shaky", () => Interlocked.Increment(ref calls) < 3 ? Results.StatusCode(503) : Results.Text("fine"));
            app.MapGet("/no", () => Results.Text("not you", statusCode: 403));
        });

        Assert.Equal("completed", (await EndAsync($$"""{"steps": [{"id": "a", "job_type": "http", "params": {"url": "{{target.Urls.First()}}/shaky"} }]}""")).State);
        var refused = await EndAsync($$"""{"steps": [{"id": "a", "job_type": "http", "params": {"url": "{{target.Urls.First()}}/no"} }]}""");

        Assert.Equal(3, calls);
        Assert.Equal("failed", refused.State);
        Assert.Contains("answered 403: not you", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_of_this_machine_are_refused_unless_they_are_allowed()
    {
        await using var worker = await servers.StartAsync();
        var runs = new RunRows(servers, worker);

        var run = await runs.EndAsync(await runs.RunAsync("""{"steps": [{"id": "a", "job_type": "http", "params": {"url": "http://169.254.169.254/latest/meta-data"}}]}"""));

        Assert.Equal("failed", run.State);
        Assert.Contains("Egress:AllowedNetworks", run.Error, StringComparison.Ordinal);
    }

    private async Task<RunRow> EndAsync(string definition, string input = "{}")
    {
        await using var worker = await servers.StartAsync(Loopback);
        var runs = new RunRows(servers, worker);
        return await runs.EndAsync(await runs.RunAsync(definition, input));
    }

    internal static async Task<WebApplication> TargetAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
