using AsyncStack.Notifier.Delivery;
using AsyncStack.Notifier.Tests.Support;

namespace AsyncStack.Notifier.Tests;

[Collection(ServersCollection.Name)]
public sealed class TakeoverTests(NotifierFixture servers) : IClassFixture<NotifierFixture>, IAsyncLifetime
{
    private static readonly Dictionary<string, string?> ShortLease = new(StringComparer.Ordinal)
    {
        ["Notifier:RequestTimeout"] = "00:00:01",
        ["Notifier:SendLease"] = "00:00:01.5",
    };

    // What another test left would be due as well, and the order of tests differs from folder to folder.
    public async ValueTask InitializeAsync() => await servers.Rows.ExecuteAsync("delete from webhook_attempts; delete from webhook_deliveries");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_delivery_whose_notifier_died_before_sending_is_sent_by_another_under_the_same_id()
    {
        await using var receiver = await Receiver.StartAsync();
        var job = await servers.Jobs.InsertAsync(receiver.Url);
        await using var died = await servers.BuildAsync(ShortLease);
        await died.Get<DeliveryDispatcher>().StopAsync(CancellationToken.None);
        await died.Get<DeliveryIntake>().AcceptAsync([job], CancellationToken.None);
        var left = await servers.Rows.WaitAsync(job, "pending");
        Assert.Equal(0, receiver.Count);

        await using var other = await servers.StartAsync();

        Assert.Equal($"msg_{left.Id}", (await receiver.NextAsync()).MessageId);
        Assert.Equal(1, (await servers.Rows.WaitAsync(job, "delivered")).Attempts);
    }

    [Fact]
    public async Task Two_notifiers_that_made_the_same_attempt_count_it_once()
    {
        var job = await servers.Jobs.InsertAsync("http://127.0.0.1:9/hook");
        await using var one = await servers.BuildAsync();
        await using var two = await servers.BuildAsync();
        await one.Get<DeliveryDispatcher>().StopAsync(CancellationToken.None);
        await one.Get<DeliveryIntake>().AcceptAsync([job], CancellationToken.None);
        var row = await servers.Rows.WaitAsync(job, "pending");
        var delivery = new PendingDelivery(row.Id, row.TargetUrl, [], 0, DateTimeOffset.MaxValue, null);
        var result = new AttemptResult(row.CreatedAt, TimeSpan.Zero, 200);

        var counted = await Task.WhenAll(
            one.Get<AttemptRecorder>().RecordAsync(delivery, result, new DeliveryOutcome.Delivered(), CancellationToken.None),
            two.Get<AttemptRecorder>().RecordAsync(delivery, result, new DeliveryOutcome.RetryAt(row.CreatedAt), CancellationToken.None));

        Assert.Single(counted, true);
        Assert.Equal(1, (await servers.Rows.FindAsync(job))!.Attempts);
        Assert.Single(await servers.Rows.AttemptsAsync(row.Id));
    }

    [Fact]
    public async Task Two_notifiers_send_each_due_delivery_once()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var died = await servers.BuildAsync(ShortLease);
        await died.Get<DeliveryDispatcher>().StopAsync(CancellationToken.None);
        var jobs = Enumerable.Range(0, 200).Select(_ => (Id: Guid.CreateVersion7(), receiver.Url)).ToArray();
        await servers.Jobs.InsertAsync(jobs);
        await died.Get<DeliveryIntake>().AcceptAsync([.. jobs.Select(j => j.Id)], CancellationToken.None);

        await using var one = await servers.StartAsync();
        await using var two = await servers.StartAsync();

        foreach (var (id, _) in jobs)
        {
            await servers.Rows.WaitAsync(id, "delivered");
        }

        Assert.Equal(jobs.Length, receiver.Count);
    }

    [Fact]
    public async Task A_target_that_does_not_answer_takes_nothing_from_the_others()
    {
        await using var silent = await Receiver.StartAsync();
        silent.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using var quick = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync(new()
        {
            ["Notifier:Concurrency"] = "4",
            ["Notifier:ConcurrencyPerTarget"] = "2",
            ["Notifier:CapacityPerTarget"] = "8",
            ["Notifier:ShutdownGrace"] = "00:00:00.1",
            // Longer than the test: no request to the silent one gives up and makes room for the next.
            ["Notifier:RequestTimeout"] = "00:10:00",
            ["Notifier:SendLease"] = "00:20:00",
        });
        var toSilent = Enumerable.Range(0, 100).Select(_ => (Id: Guid.CreateVersion7(), silent.Url)).ToArray();
        var toQuick = Enumerable.Range(0, 20).Select(_ => (Id: Guid.CreateVersion7(), quick.Url)).ToArray();
        await servers.Jobs.InsertAsync([.. toSilent, .. toQuick]);

        await servers.Jobs.TellAsync([.. toSilent.Select(j => j.Id)]);
        await silent.NextAsync();
        await servers.Jobs.TellAsync([.. toQuick.Select(j => j.Id)]);

        foreach (var (id, _) in toQuick)
        {
            await servers.Rows.WaitAsync(id, "delivered");
        }

        Assert.InRange(silent.Count, 1, 2);
    }

    [Fact]
    public async Task A_due_delivery_that_finds_no_room_after_all_does_not_wait_for_its_lease()
    {
        await using var receiver = await Receiver.StartAsync();
        var release = new TaskCompletionSource();
        receiver.Answer = _ => release.Task;
        await using var notifier = await servers.BuildAsync(new() { ["Notifier:CapacityBytes"] = "1" });
        var (first, second) = (await servers.Jobs.InsertAsync(receiver.Url), await servers.Jobs.InsertAsync(receiver.Url));
        await notifier.Get<DeliveryIntake>().AcceptAsync([first], CancellationToken.None);
        await receiver.NextAsync();
        await notifier.Get<DeliveryIntake>().AcceptAsync([second], CancellationToken.None);

        Assert.Equal(0, await notifier.Get<DueDeliveries>().ClaimOnceAsync(CancellationToken.None));
        release.SetResult();
        await servers.Rows.WaitAsync(first, "delivered");

        Assert.Equal(1, await notifier.Get<DueDeliveries>().ClaimOnceAsync(CancellationToken.None));
        await servers.Rows.WaitAsync(second, "delivered");
    }

    [Fact]
    public async Task A_stop_lets_the_request_in_flight_end_and_records_it()
    {
        await using var receiver = await Receiver.StartAsync();
        var release = new TaskCompletionSource();
        receiver.Answer = _ => release.Task;
        await using var notifier = await servers.StartAsync();
        var job = await servers.Jobs.FinishAsync(receiver.Url);
        await receiver.NextAsync();

        var stopping = notifier.StopAsync();
        release.SetResult();
        await stopping;

        Assert.Equal("delivered", (await servers.Rows.FindAsync(job))!.State);
    }
}
