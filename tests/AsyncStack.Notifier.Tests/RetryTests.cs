using System.Net;
using System.Net.Sockets;
using AsyncStack.Notifier.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.Notifier.Tests;

[Collection(ServersCollection.Name)]
public sealed class RetryTests(NotifierFixture servers) : IClassFixture<NotifierFixture>
{
    private static readonly Dictionary<string, string?> ManyRetries = Enumerable.Range(0, 1000)
        .ToDictionary(i => $"Notifier:RetryDelays:{i}", _ => (string?)"00:00:00.1", StringComparer.Ordinal);

    [Fact]
    public async Task A_target_that_was_down_gets_it_later_under_the_same_id()
    {
        await using var up = await Receiver.StartAsync();
        await using var wire = new Wire("127.0.0.1", up.Port);
        await wire.CutAsync();
        await using var notifier = await servers.StartAsync(ManyRetries);
        var job = await servers.Jobs.FinishAsync($"http://127.0.0.1:{wire.Port}/hook");
        var failed = await servers.Rows.WaitAsync(job, d => d.Attempts >= 2);

        wire.Mend();

        var request = await up.NextAsync();
        await servers.Rows.WaitAsync(job, "delivered");
        Assert.Equal($"msg_{failed.Id}", request.MessageId);
        Assert.True(Secrets.Verify(request, Secrets.Current));
        var attempts = await servers.Rows.AttemptsAsync(failed.Id);
        Assert.Equal(("no connection: ConnectionRefused", null), (attempts[0].Error, attempts[0].Status));
        Assert.NotNull(attempts[0].NextAttemptAt);
        Assert.Null(attempts[^1].NextAttemptAt);
        Assert.Equal(1, up.Count);
    }

    [Fact]
    public async Task After_the_last_delay_it_is_dead_and_a_replay_sends_it_again_under_the_same_id()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Answer(500, "not today");
        await using var notifier = await servers.StartAsync();
        var job = await servers.Jobs.FinishAsync(receiver.Url);
        var dead = await servers.Rows.WaitAsync(job, "dead");
        Assert.Equal((3, 500, "answered 500"), (dead.Attempts, dead.LastStatus, dead.LastError));
        receiver.Answer = Answer(200, "now");

        await servers.Rows.ExecuteAsync(
            $"update webhook_deliveries set state = 'pending', next_attempt_at = now(), finished_at = null where id = '{dead.Id}'; notify webhook_due");

        var delivered = await servers.Rows.WaitAsync(job, "delivered");
        Assert.Equal(4, delivered.Attempts);
        Assert.Equal(["not today", "not today", "not today", "now"], (await servers.Rows.AttemptsAsync(dead.Id)).Select(a => a.ResponseBody));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal($"msg_{dead.Id}", (await receiver.NextAsync()).MessageId);
        }
    }

    [Fact]
    public async Task A_410_disables_the_target_for_what_comes_after()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Answer(410, "");
        await using var notifier = await servers.StartAsync();
        var first = await servers.Jobs.FinishAsync(receiver.Url);
        Assert.Equal(1, (await servers.Rows.WaitAsync(first, "dead")).Attempts);

        var second = await servers.Jobs.FinishAsync(receiver.Url);

        var untried = await servers.Rows.WaitAsync(second, "dead");
        Assert.Equal((0, "target is disabled: answered 410: the target is gone"), (untried.Attempts, untried.LastError));
        Assert.Equal(1, receiver.Count);
    }

    [Fact]
    public async Task A_delivery_that_waits_for_a_target_disabled_meanwhile_is_not_sent()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Answer(503, "");
        await using var notifier = await servers.StartAsync(new() { ["Notifier:RetryDelays:0"] = "00:05:00" });
        var job = await servers.Jobs.FinishAsync(receiver.Url);
        var waiting = await servers.Rows.WaitAsync(job, d => d.Attempts == 1);

        await servers.Rows.ExecuteAsync($"""
            insert into webhook_endpoints values (gen_random_uuid(), '{receiver.Url}', now(), now(), 'gone');
            update webhook_deliveries set next_attempt_at = now() where id = '{waiting.Id}'; notify webhook_due
            """);

        var dead = await servers.Rows.WaitAsync(job, "dead");
        Assert.Equal((1, "target is disabled: gone"), (dead.Attempts, dead.LastError));
        Assert.Equal(1, receiver.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Retry_after_is_honoured_as_seconds_and_as_a_date(bool asDate)
    {
        await using var receiver = await Receiver.StartAsync();
        DateTimeOffset asked = default;
        receiver.Answer = context =>
        {
            asked = TimeProvider.System.GetUtcNow().AddHours(2);
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = asDate ? asked.ToString("R") : "7200";
            return Task.CompletedTask;
        };
        await using var notifier = await servers.StartAsync();

        var job = await servers.Jobs.FinishAsync(receiver.Url);

        var delivery = await servers.Rows.WaitAsync(job, d => d.Attempts == 1);
        Assert.InRange(delivery.NextAttemptAt!.Value, asked.AddSeconds(-2), asked.AddSeconds(30));
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_never_followed()
    {
        await using var elsewhere = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.Redirect(elsewhere.Url, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        await using var notifier = await servers.StartAsync();

        var job = await servers.Jobs.FinishAsync(receiver.Url);

        var dead = await servers.Rows.WaitAsync(job, "dead");
        Assert.Equal((307, "answered 307; redirects are not followed"), (dead.LastStatus, dead.LastError));
        Assert.Equal((3, 0), (receiver.Count, elsewhere.Count));
    }

    [Fact]
    public async Task A_target_that_does_not_answer_in_time_has_failed()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using var notifier = await servers.StartAsync(new() { ["Notifier:RequestTimeout"] = "00:00:00.3" });

        var job = await servers.Jobs.FinishAsync(receiver.Url);

        var dead = await servers.Rows.WaitAsync(job, "dead");
        var attempts = await servers.Rows.AttemptsAsync(dead.Id);
        Assert.Equal(3, attempts.Count);
        Assert.All(attempts, a => Assert.Equal("no answer within 0.3 s", a.Error));
        Assert.All(attempts, a => Assert.True(a.DurationMs >= 250));
    }

    [Fact]
    public async Task Of_a_huge_answer_the_first_kib_is_kept()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async context =>
        {
            for (var i = 0; i < 1024; i++)
            {
                await context.Response.WriteAsync(new string('x', 10 * 1024), context.RequestAborted);
            }
        };
        await using var notifier = await servers.StartAsync();

        var job = await servers.Jobs.FinishAsync(receiver.Url);

        var delivery = await servers.Rows.WaitAsync(job, "delivered");
        Assert.Equal(new string('x', 1024), Assert.Single(await servers.Rows.AttemptsAsync(delivery.Id)).ResponseBody);
    }

    [Fact]
    public async Task An_answer_whose_body_never_ends_counts_by_its_status()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async context =>
        {
            await context.Response.WriteAsync("begun");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await using var notifier = await servers.StartAsync(new() { ["Notifier:RequestTimeout"] = "00:00:05" });

        var job = await servers.Jobs.FinishAsync(receiver.Url);

        var delivery = await servers.Rows.WaitAsync(job, "delivered");
        Assert.Equal("begun", Assert.Single(await servers.Rows.AttemptsAsync(delivery.Id)).ResponseBody);
    }

    [Fact]
    public async Task An_answer_that_is_no_text_is_kept_as_text()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context => context.Response.Body.WriteAsync((byte[])[0, 0xff, (byte)'a', 0, 0xc3]).AsTask();
        await using var notifier = await servers.StartAsync();

        var job = await servers.Jobs.FinishAsync(receiver.Url);

        var delivery = await servers.Rows.WaitAsync(job, "delivered");
        Assert.Equal("\uFFFDa", Assert.Single(await servers.Rows.AttemptsAsync(delivery.Id)).ResponseBody);
    }

    [Theory]
    [InlineData("this is not HTTP\r\n\r\n")]
    [InlineData("HTTP/1.1 999999 what\r\n\r\n")]
    [InlineData("")]
    public async Task An_answer_that_is_no_HTTP_is_a_failure(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerAllAsync(listener, System.Text.Encoding.ASCII.GetBytes(answer));
        await using var notifier = await servers.StartAsync();

        var job = await servers.Jobs.FinishAsync($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/hook");

        var dead = await servers.Rows.WaitAsync(job, "dead");
        Assert.Equal((3, null), (dead.Attempts, dead.LastStatus));
        Assert.NotEmpty(dead.LastError!);
        listener.Stop();
        await answering;
    }

    private static async Task AnswerAllAsync(TcpListener listener, byte[] answer)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await using var stream = client.GetStream();
                Assert.True(await stream.ReadAsync(new byte[16]) > 0);
                await stream.WriteAsync(answer);
            }
        }
        catch (SocketException)
        {
            // The listener was stopped.
        }
    }

    private static Func<HttpContext, Task> Answer(int status, string body) => context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    };
}
