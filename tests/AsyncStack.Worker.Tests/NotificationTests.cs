using System.Diagnostics;
using AsyncStack.Core.Jobs;
using AsyncStack.Worker.Execution;
using AsyncStack.Worker.Tests.Support;
using Npgsql;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class NotificationTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_progress_and_end_of_a_job_are_each_told_at_once()
    {
        await using var worker = await servers.StartAsync();
        await using var listener = await ListenAsync();
        var id = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        var context = await worker.Handling.NextAsync();
        Assert.Equal(id.ToString(), await listener.NextAsync());

        context.ReportProgress(0.5);
        Assert.Equal(id.ToString(), await listener.NextAsync());
        Assert.Equal(0.5f, (await servers.Jobs.ReadAsync(id)).Progress);

        worker.Handling.Release();
        Assert.Equal(id.ToString(), await listener.NextAsync());
        Assert.Equal("completed", (await servers.Jobs.ReadAsync(id)).State);
    }

    [Fact]
    public async Task An_instant_job_notifies_nobody()
    {
        await using var worker = await servers.StartAsync();
        await using var listener = await ListenAsync();
        var instant = (await servers.Jobs.AddAsync("echo"))[0];
        await servers.Jobs.TellInstantAsync(instant);
        await servers.Jobs.StateAsync(instant, "completed");

        var id = await servers.Jobs.SubmitAsync(TestHandlers.Gate);

        Assert.Equal(id.ToString(), await listener.NextAsync());
        worker.Handling.Release();
        await servers.Jobs.StateAsync(id, "completed");
    }

    [Fact]
    public async Task A_canceled_job_stops_within_a_second()
    {
        await using var worker = await servers.StartAsync(new(StringComparer.Ordinal)
        {
            ["Worker:HeartbeatInterval"] = "00:01:00", ["Worker:Lease"] = "00:10:00",
        });
        await worker.Logs.SaidAsync("Listening");
        var id = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await worker.Handling.NextAsync();

        var started = Stopwatch.GetTimestamp();
        await servers.ExecuteAsync($"update jobs set state = 'canceled', finished_at = now(), worker_id = null where id = '{id}'; notify {JobSignals.Canceled}, '{id}'");
        await worker.Handling.Stopped.Task.WaitAsync(Waiting.AtMost, Cancel);

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Progress_of_an_attempt_that_was_taken_away_is_not_written()
    {
        await using var worker = await servers.StartAsync(new(StringComparer.Ordinal) { ["Worker:ProgressInterval"] = "00:05:00" });
        var id = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        var context = await worker.Handling.NextAsync();
        context.ReportProgress(0.5);
        var running = worker.Get<RunningJobs>().All;
        await using var connection = await servers.Database.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using (var cancel = new NpgsqlCommand($"update jobs set state = 'canceled', finished_at = now(), worker_id = null where id = '{id}'", connection))
        {
            await cancel.ExecuteNonQueryAsync(Cancel);
        }

        var write = worker.Get<JobProgress>().WriteAsync(running, Cancel);
        await transaction.CommitAsync(Cancel);

        Assert.Equal(1, await write);
        Assert.Equal(0f, (await servers.Jobs.ReadAsync(id)).Progress);
        Assert.DoesNotContain("processing", await servers.Jobs.EventsAsync(id));
        Assert.Equal(0, await worker.Get<JobProgress>().WriteAsync(running, Cancel));
        worker.Handling.Release();
    }

    private async Task<Listener> ListenAsync()
    {
        var listener = new Listener(await servers.Database.OpenConnectionAsync(Cancel));
        await listener.StartAsync();
        return listener;
    }

    private sealed class Listener(NpgsqlConnection connection) : IAsyncDisposable
    {
        private readonly Queue<string> _told = new();

        public async Task StartAsync()
        {
            connection.Notification += (_, n) => _told.Enqueue(n.Payload);
            await using var listen = new NpgsqlCommand($"listen {JobSignals.Changed}", connection);
            await listen.ExecuteNonQueryAsync(Cancel);
        }

        public async Task<string> NextAsync()
        {
            while (_told.Count == 0)
            {
                Assert.True(await connection.WaitAsync(Waiting.AtMost, Cancel));
            }

            return _told.Dequeue();
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
