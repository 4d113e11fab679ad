using System.Text;
using AsyncStack.Core.Messaging;
using AsyncStack.Worker.External;
using AsyncStack.Worker.Tests.Support;
using RabbitMQ.Client;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class ExternalTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    [Theory]
    [InlineData("""{"answer": 42}""", """{"answer": 42}""")]
    [InlineData("plain words", "\"plain words\"")]
    public async Task Program_outside_gets_the_payload_and_its_answer_becomes_the_result(string answer, string result)
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync("external:report", """{"q": 1}""");

        var request = await servers.Broker.TakeAsync(Topology.ExternalRequests);
        Assert.Equal("""{"q": 1}""", Encoding.UTF8.GetString(request.Body.Span));
        Assert.Equal($"correlation-{id}", request.BasicProperties.CorrelationId);
        Assert.Null((await servers.Jobs.ReadAsync(id)).WorkerId);
        await AnswerAsync(answer, request.BasicProperties.CorrelationId);

        Assert.Equal(result, (await servers.Jobs.StateAsync(id, "completed")).Result);
    }

    [Fact]
    public async Task Second_answer_is_dropped()
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync("external:report");
        var request = await servers.Broker.TakeAsync(Topology.ExternalRequests);
        await AnswerAsync("1", request.BasicProperties.CorrelationId);
        await servers.Jobs.StateAsync(id, "completed");

        await AnswerAsync("2", request.BasicProperties.CorrelationId);
        await worker.Logs.SaidAsync("LateResult");

        Assert.Equal("1", (await servers.Jobs.ReadAsync(id)).Result);
    }

    [Theory]
    [InlineData("nobody", "There is no job with correlation_id 'nobody'.")]
    [InlineData(null, "The message has no correlation_id, so it answers no job.")]
    public async Task Answer_to_no_job_becomes_a_dead_letter(string? correlationId, string reason)
    {
        await using var worker = await servers.StartAsync();

        await AnswerAsync("{}", correlationId);

        await servers.Jobs.UntilAsync(
            () => servers.Jobs.ScalarAsync<long>($"select count(*) from dead_letters where queue = 'airflow_results' and reason = '{reason.Replace("'", "''", StringComparison.Ordinal)}'"), n => n == 1);
    }

    [Fact]
    public async Task Answer_cannot_end_a_job_of_the_product()
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await worker.Handling.NextAsync();

        await AnswerAsync("\"forged\"", $"correlation-{id}");
        await servers.Jobs.UntilAsync(
            () => servers.Jobs.ScalarAsync<long>($"select count(*) from dead_letters where correlation_id = 'correlation-{id}'"), n => n == 1);

        Assert.Equal("running", (await servers.Jobs.ReadAsync(id)).State);
        worker.Handling.Release();
        await servers.Jobs.StateAsync(id, "completed");
    }

    [Fact]
    public void Body_that_is_no_text_is_no_result() => Assert.Null(ExternalResult.ToJson([0xFF, 0xFE]));

    private Task AnswerAsync(string body, string? correlationId)
    {
        var properties = new BasicProperties();
        if (correlationId is not null)
        {
            properties.CorrelationId = correlationId;
        }

        return servers.Broker.PublishAsync("", Topology.ExternalResults, Encoding.UTF8.GetBytes(body), properties);
    }
}
