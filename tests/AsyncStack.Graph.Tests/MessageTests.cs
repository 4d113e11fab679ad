using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;

namespace AsyncStack.Graph.Tests;

public sealed class MessageTests(RunningGraphFixture graph)
{
    [Fact]
    public async Task A_poison_message_ends_among_the_dead_letters_and_can_be_redriven()
    {
        var marker = Guid.NewGuid().ToString();
        await PublishAsync("asyncstack.jobs", "jobs.default", $"this is no list of jobs: {marker}", "jobs");

        var letter = await DeadLetterAsync(marker);
        Assert.Equal("jobs.default", letter.GetProperty("queue").GetString());
        Assert.NotEmpty(letter.GetProperty("reason").GetString()!);

        var id = letter.GetProperty("id").GetString();
        var redriven = await graph.Client.PostAsync($"/api/v1/dead-letters/{id}/redrive");
        var twice = await graph.Client.PostAsync($"/api/v1/dead-letters/{id}/redrive");

        Assert.Equal(HttpStatusCode.Accepted, redriven.Status);
        Assert.Equal(HttpStatusCode.Conflict, twice.Status);
        await Waiting.ForAsync(
            async () => (await LettersAsync()).Count(l => l.GetProperty("body").GetString()!.Contains(marker, StringComparison.Ordinal)) == 2);
    }

    [Fact]
    public async Task A_job_that_is_delivered_three_times_runs_once()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        var job = await graph.Client.SubmitAsync(receiver.Url, more: new { run_at = TimeProvider.System.GetUtcNow().AddSeconds(1) });
        for (var i = 0; i < 3; i++)
        {
            await PublishAsync("asyncstack.jobs", "jobs.default", JsonSerializer.Serialize(new[] { job.JobId }), "jobs.instant");
        }

        await receiver.NextAsync();
        for (var i = 0; i < 3; i++)
        {
            await PublishAsync("asyncstack.jobs", "jobs.default", JsonSerializer.Serialize(new[] { job.JobId }), "jobs.instant");
        }

        var later = await graph.Client.SubmitAsync(receiver.Url);
        await receiver.AllAsync([later.CorrelationId]);

        Assert.Single(receiver.ByCorrelation[job.CorrelationId]);
        Assert.Equal(1, (await graph.Client.JobAsync(job.CorrelationId)).GetProperty("attempt").GetInt32());
    }

    [Fact]
    public async Task A_worker_written_in_another_language_completes_an_external_job()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        var job = await graph.Client.SubmitAsync(receiver.Url, "external:report", new { rows = 3 });

        await RunForeignWorkerAsync();
        var callback = await receiver.NextAsync();

        Assert.Equal((job.CorrelationId, "job.completed"), (callback.CorrelationId, callback.Type));
        Assert.Equal(3, callback.Body.GetProperty("result").GetProperty("echo").GetProperty("rows").GetInt32());
    }

    private async Task RunForeignWorkerAsync()
    {
        // Debian's package of the client belongs to Debian's own interpreter, which need not be the first on the path.
        const string debian = "/usr/bin/python3";
        var start = new ProcessStartInfo(File.Exists(debian) ? debian : "python3") { RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "foreign_worker.py"));
        start.Environment["BROKER"] = await graph.App.GetConnectionStringAsync("messaging", CancellationToken.None);
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Waiting.AtMost);
        var errors = await process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        Assert.True(process.ExitCode == 0, errors);
    }

    private async Task PublishAsync(string exchange, string routingKey, string body, string type)
    {
        var factory = new ConnectionFactory { Uri = new Uri((await graph.App.GetConnectionStringAsync("messaging", CancellationToken.None))!) };
        await using var connection = await factory.CreateConnectionAsync(CancellationToken.None);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), CancellationToken.None);
        await channel.BasicPublishAsync(
            exchange, routingKey, true, new BasicProperties { Type = type, Persistent = true }, Encoding.UTF8.GetBytes(body), CancellationToken.None);
    }

    private async Task<JsonElement> DeadLetterAsync(string marker)
    {
        JsonElement found = default;
        await Waiting.ForAsync(
            async () =>
            {
                found = (await LettersAsync()).FirstOrDefault(l => l.GetProperty("body").GetString()!.Contains(marker, StringComparison.Ordinal));
                return found.ValueKind == JsonValueKind.Object;
            });
        return found;
    }

    private async Task<JsonElement[]> LettersAsync() => [.. (await graph.Client.GetAsync("/api/v1/dead-letters")).EnumerateArray()];
}
