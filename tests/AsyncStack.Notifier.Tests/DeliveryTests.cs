using System.Text;
using System.Text.Json;
using AsyncStack.Core.Messaging;
using AsyncStack.Notifier.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.Notifier.Tests;

[Collection(ServersCollection.Name)]
public sealed class DeliveryTests(NotifierFixture servers) : IClassFixture<NotifierFixture>
{
    [Fact]
    public async Task A_finished_job_is_told_once_signed_and_recorded()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context => context.Response.WriteAsync("thanks");
        await using var notifier = await servers.StartAsync();

        var job = await servers.Jobs.FinishAsync(receiver.Url, result: "{\"b\":1.50,  \"a\":\"é\"}");

        var request = await receiver.NextAsync();
        var delivery = await servers.Rows.WaitAsync(job, "delivered");
        Assert.True(Secrets.Verify(request, Secrets.Current));
        Assert.Equal("", await Secrets.VerifyWithStandardWebhooksAsync(request, Secrets.Current));
        Assert.NotEqual("", await Secrets.VerifyWithStandardWebhooksAsync(request, Secrets.Next));
        Assert.Equal($"msg_{delivery.Id}", request.MessageId);
        Assert.Equal("application/json", request.Headers["content-type"]);
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", request.Headers["traceparent"], StringComparison.Ordinal);
        Assert.Equal(delivery.Body, Encoding.UTF8.GetString(request.Body));
        Assert.Contains("\"result\":{\"b\":1.50,  \"a\":\"é\"},\"data\":{", delivery.Body, StringComparison.Ordinal);

        using var body = JsonDocument.Parse(request.Body);
        Assert.Equal("job.completed", body.RootElement.GetProperty("type").GetString());
        Assert.Equal($"correlation-{job}", body.RootElement.GetProperty("correlation_id").GetString());
        Assert.Equal(job, body.RootElement.GetProperty("data").GetProperty("id").GetGuid());
        Assert.True(body.RootElement.GetProperty("timestamp").TryGetDateTimeOffset(out _));

        var attempt = Assert.Single(await servers.Rows.AttemptsAsync(delivery.Id));
        Assert.Equal((1, 200, "thanks", null), (attempt.Attempt, attempt.Status, attempt.ResponseBody, attempt.NextAttemptAt));
        Assert.Equal(1, receiver.Count);
    }

    [Theory]
    [InlineData("failed", "job.failed")]
    [InlineData("canceled", "job.canceled")]
    public async Task A_job_that_did_not_complete_is_told_as_such(string state, string type)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync();

        await servers.Jobs.FinishAsync(receiver.Url, state, result: null);

        using var body = JsonDocument.Parse((await receiver.NextAsync()).Body);
        Assert.Equal(type, body.RootElement.GetProperty("type").GetString());
        Assert.Equal(JsonValueKind.Null, body.RootElement.GetProperty("result").ValueKind);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task The_end_of_a_job_is_told_as_an_event_once_where_that_is_wanted(bool wanted, int events)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync(new() { ["Notifier:JobEvents"] = wanted.ToString() });
        // Keeps the event in its table, as nobody publishes it.
        await servers.Rows.ExecuteAsync("""
            create table told (like outbox);
            create function keep() returns trigger language plpgsql as 'begin insert into told select new.*; return null; end';
            create trigger keep after insert on outbox for each row when (new.exchange = 'asyncstack.events') execute function keep()
            """);
        try
        {
            var job = await servers.Jobs.FinishAsync(receiver.Url, "failed");
            await servers.Jobs.TellAsync(job);
            var delivery = await servers.Rows.WaitAsync(job, "delivered");
            var marker = await servers.Jobs.FinishAsync(receiver.Url);
            await servers.Rows.WaitAsync(marker, "delivered");

            Assert.Equal(events, await servers.Rows.CountAsync($"select count(*) from told where partition_key = '{job}'"));
            Assert.Equal(events, await servers.Rows.CountAsync(
                $"select count(*) from told where id = '{delivery.Id}' and routing_key = 'job.failed' and convert_from(body, 'UTF8') = (select body from webhook_deliveries where job_id = '{job}')"));
        }
        finally
        {
            await servers.Rows.ExecuteAsync("drop trigger keep on outbox; drop function keep; drop table told");
        }
    }

    [Fact]
    public async Task A_job_on_a_dataset_is_told_with_where_its_result_lies()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync();
        var (job, dataset) = (await servers.Jobs.InsertAsync(receiver.Url, result: null), Guid.NewGuid());
        await servers.Rows.ExecuteAsync($"update jobs set dataset_ids = '{{{dataset}}}', result_uri = 's3://job-results/{job}/metrics.json' where id = '{job}'");

        await servers.Jobs.TellAsync(job);

        using var body = JsonDocument.Parse((await receiver.NextAsync()).Body);
        Assert.Equal(JsonValueKind.Null, body.RootElement.GetProperty("result").ValueKind);
        var data = body.RootElement.GetProperty("data");
        Assert.Equal(dataset, data.GetProperty("dataset_id").GetGuid());
        Assert.Equal($"s3://job-results/{job}/metrics.json", data.GetProperty("result_uri").GetString());
    }

    [Fact]
    public async Task A_message_that_comes_again_makes_no_second_delivery()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync();
        var job = await servers.Jobs.InsertAsync(receiver.Url);
        var last = await servers.Jobs.InsertAsync(receiver.Url);

        await servers.Jobs.TellAsync(job, job);
        await servers.Jobs.TellAsync(job);
        await servers.Jobs.TellAsync(job, last);

        await servers.Rows.WaitAsync(last, "delivered");
        await servers.Rows.WaitAsync(job, "delivered");
        Assert.Equal(2, receiver.Count);
    }

    [Fact]
    public async Task A_job_canceled_again_after_it_was_run_again_is_told_again()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync();
        var job = await servers.Jobs.FinishAsync(receiver.Url, "canceled", result: null);
        var first = await receiver.NextAsync();

        await servers.Rows.ExecuteAsync($"update jobs set finished_at = finished_at + interval '1 microsecond' where id = '{job}'");
        await servers.Jobs.TellAsync(job);
        await servers.Jobs.TellAsync(job);
        var second = await receiver.NextAsync();
        var last = await servers.Jobs.FinishAsync(receiver.Url);
        await servers.Rows.WaitAsync(last, "delivered");

        Assert.NotEqual(first.MessageId, second.MessageId);
        Assert.Equal(2, await servers.Rows.CountAsync($"select count(*) from webhook_deliveries where job_id = '{job}'"));
        Assert.Equal(3, receiver.Count);
    }

    [Fact]
    public async Task Several_hundred_jobs_in_one_message_are_each_told_once()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync();
        var jobs = Enumerable.Range(0, 600).Select(_ => (Id: Guid.CreateVersion7(), receiver.Url)).ToArray();
        await servers.Jobs.InsertAsync(jobs);

        await servers.Jobs.TellAsync([.. jobs.Select(j => j.Id)]);

        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var _ in jobs)
        {
            var request = await receiver.NextAsync();
            Assert.True(Secrets.Verify(request, Secrets.Current));
            Assert.True(told.Add(request.MessageId));
        }

        foreach (var (id, _) in jobs)
        {
            await servers.Rows.WaitAsync(id, "delivered");
        }
    }

    [Fact]
    public async Task What_does_not_fit_in_memory_waits_in_the_database_and_is_told()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync(new() { ["Notifier:CapacityPerTarget"] = "4", ["Notifier:ConcurrencyPerTarget"] = "2" });
        var jobs = Enumerable.Range(0, 40).Select(_ => (Id: Guid.CreateVersion7(), receiver.Url)).ToArray();
        await servers.Jobs.InsertAsync(jobs);

        await servers.Jobs.TellAsync([.. jobs.Select(j => j.Id)]);

        foreach (var (id, _) in jobs)
        {
            await servers.Rows.WaitAsync(id, "delivered");
        }

        Assert.Equal(40, receiver.Count);
    }

    [Fact]
    public async Task During_a_rotation_both_secrets_sign()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync(new()
        {
            ["Notifier:SigningSecrets:0"] = Secrets.Next,
            ["Notifier:SigningSecrets:1"] = Secrets.Current,
        });

        await servers.Jobs.FinishAsync(receiver.Url);

        var request = await receiver.NextAsync();
        Assert.Equal(2, request.Headers["webhook-signature"].Split(' ').Length);
        Assert.Equal("", await Secrets.VerifyWithStandardWebhooksAsync(request, Secrets.Next));
        Assert.Equal("", await Secrets.VerifyWithStandardWebhooksAsync(request, Secrets.Current));
    }

    [Fact]
    public async Task A_message_that_names_no_jobs_goes_to_the_dead_letters_and_the_next_is_told()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync();

        await servers.Jobs.PublishAsync("{\"not\": \"ids\"}"u8.ToArray());
        await servers.Jobs.TellAsync(Guid.NewGuid());
        var job = await servers.Jobs.FinishAsync(receiver.Url);

        await servers.Rows.WaitAsync(job, "delivered");
        await notifier.StopAsync();
        Assert.Equal(0u, await servers.Jobs.CountAsync(Topology.NotifierResults));
        await Waiting.ForAsync(async () => await servers.Jobs.CountAsync(Topology.DeadLetters) == 1);
    }
}
