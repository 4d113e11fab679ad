using System.Diagnostics;
using System.Net;
using AsyncStack.Api.Grpc.TaskV1;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Testing;
using Task = System.Threading.Tasks.Task;

namespace AsyncStack.Api.Tests.Telemetry;

public sealed class TracingTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task An_accepted_job_is_committed_and_sent_in_the_trace_of_its_request()
    {
        using var spans = new SpanRecorder();
        var caller = spans.Begin();

        using var answer = await api.Client.PostAsync(Http.Process, Http.Body(), ("traceparent", caller.ToTraceParent()));

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var accept = await spans.FindAsync(caller, "accept jobs");
        var send = await spans.FindAsync(caller, "send jobs.default");
        Assert.Contains(spans.Of(caller), s => s.Source.Name == "Npgsql" && s.ParentSpanId == accept.SpanId);
        Assert.Equal((accept.SpanId, ActivityKind.Producer), (send.ParentSpanId, send.Kind));
        Assert.Equal("asyncstack.jobs:jobs.default", send.GetTagItem("messaging.destination.name"));
    }

    [Theory]
    [InlineData("POST", "/save?data=x", "send task_queue")]
    [InlineData("POST", "/task", "send jobs.default")]
    [InlineData("POST", "/api/v1/resources", "send resource.created")]
    public async Task Whatever_is_sent_belongs_to_the_trace_of_the_request(string method, string path, string span)
    {
        using var spans = new SpanRecorder();
        var caller = spans.Begin();
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = new StringContent("""{"name": "traced"}""", null, "application/json"),
        };
        request.Headers.Add("traceparent", caller.ToTraceParent());

        using var answer = await api.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await spans.FindAsync(caller, span);
    }

    [Fact]
    public async Task A_gRPC_call_takes_the_trace_from_its_metadata()
    {
        using var spans = new SpanRecorder();
        var caller = spans.Begin();
        using var client = new Grpc.RawClient(api.Host.GrpcAddress);

        var answer = await client.CallAsync(
            "/task.v1.TaskService/ProcessTask",
            Grpc.RawClient.Frame(new ProcessTaskRequest { ResourceId = "traced", Action = "a" }),
            ("traceparent", caller.ToTraceParent()));

        Assert.Equal(0, answer.Status);
        await spans.FindAsync(caller, "send task.process");
    }
}
