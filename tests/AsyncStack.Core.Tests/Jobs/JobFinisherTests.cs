using System.Text;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Tests.Support;
using Npgsql;

namespace AsyncStack.Core.Tests.Jobs;

public sealed class JobFinisherTests(CoreFixture core) : IClassFixture<CoreFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_ends_with_its_result_and_its_history()
    {
        var id = await AddAsync();

        Assert.Equal([id], await FinishAsync(new JobFinish(id, 1, "completed", "{\"a\": 1.50}")));

        Assert.Equal(
            "completed 1 {\"a\": 1.50} 1 t",
            await core.ReadAsync<string>("select concat_ws(' ', state, attempt, result, progress, worker_id is null) from jobs where id = $1", id));
        Assert.Equal(["finished 1"], await EventsAsync(id));
    }

    [Fact]
    public async Task A_failure_keeps_its_reason_and_the_progress_made()
    {
        var id = await AddAsync();

        await FinishAsync(new JobFinish(id, 1, "failed", Error: "no such column"));

        Assert.Equal("failed no such column 0.5", await core.ReadAsync<string>("select concat_ws(' ', state, error_message, progress) from jobs where id = $1", id));
        Assert.Equal(["failed 1"], await EventsAsync(id));
    }

    [Theory]
    [InlineData("running", 2)]
    [InlineData("running", 0)]
    [InlineData("queued", 1)]
    [InlineData("scheduled", 1)]
    [InlineData("completed", 1)]
    [InlineData("failed", 1)]
    [InlineData("canceled", 1)]
    public async Task Who_has_not_this_attempt_under_way_ends_nothing(string state, int attempt)
    {
        var id = await AddAsync(state);

        Assert.Empty(await FinishAsync(new JobFinish(id, attempt, "completed", "1")));

        Assert.Equal(state, await core.ReadAsync<string>("select state from jobs where id = $1", id));
        Assert.Empty(await EventsAsync(id));
        Assert.Equal(0, await ToldAsync(id));
    }

    [Fact]
    public async Task An_instant_job_is_started_and_ended_in_one_write()
    {
        var id = await AddAsync("queued", attempt: 0);

        Assert.Equal([id], await FinishAsync(new JobFinish(id, 0, "completed", "1", InstantStart: TimeProvider.System.GetUtcNow())));

        Assert.Equal("completed 1", await core.ReadAsync<string>("select concat_ws(' ', state, attempt) from jobs where id = $1 and started_at is not null", id));
        Assert.Equal(["started 1", "finished 1"], await EventsAsync(id));
    }

    [Fact]
    public async Task An_instant_job_that_somebody_claimed_is_left_to_him()
    {
        var id = await AddAsync("running", attempt: 0);

        Assert.Empty(await FinishAsync(new JobFinish(id, 0, "completed", "1", InstantStart: TimeProvider.System.GetUtcNow())));
    }

    [Fact]
    public async Task One_message_tells_of_those_ended_whose_callback_is_wanted()
    {
        var (wanted, unwanted, stale, other) = (await AddAsync(), await AddAsync(callback: null), await AddAsync(), await AddAsync());

        var ended = await FinishAsync(
            new JobFinish(wanted, 1, "completed", "1"),
            new JobFinish(unwanted, 1, "completed", "1"),
            new JobFinish(stale, 7, "completed", "1"),
            new JobFinish(other, 1, "failed", Error: "no"));

        Assert.Equal([wanted, unwanted, other], ended.OrderBy(id => id == unwanted ? 1 : id == other ? 2 : 0));
        var body = await core.ReadAsync<byte[]>("select body from outbox where position(convert_to($1::text, 'UTF8') in body) > 0", wanted.ToString());
        Assert.Equal([wanted, other], JobMessages.ReadIds(body).Order());
        Assert.Equal("asyncstack.jobs notifier.results jobs.finished", await core.ReadAsync<string>(
            "select concat_ws(' ', exchange, routing_key, type) from outbox where body = $1", body));
    }

    [Fact]
    public async Task A_job_canceled_meanwhile_discards_its_result_and_nobody_is_told()
    {
        var (id, neighbour) = (await AddAsync(), await AddAsync());
        await using var caller = await core.Database.OpenConnectionAsync(Cancel);
        await using var transaction = await caller.BeginTransactionAsync(Cancel);
        await using (var cancel = new NpgsqlCommand("update jobs set state = 'canceled', finished_at = now(), worker_id = null where id = $1", caller, transaction))
        {
            cancel.Parameters.AddWithValue(id);
            await cancel.ExecuteNonQueryAsync(Cancel);
        }

        var finished = FinishAsync(new JobFinish(id, 1, "completed", "1"), new JobFinish(neighbour, 1, "completed", "2"));
        await core.WaitersAsync(1);
        await transaction.CommitAsync(Cancel);

        Assert.Equal([neighbour], await finished);
        Assert.Equal("canceled t", await core.ReadAsync<string>("select concat_ws(' ', state, result is null) from jobs where id = $1", id));
        Assert.Empty(await EventsAsync(id));
        Assert.Equal(0, await ToldAsync(id));
        Assert.Equal(1, await ToldAsync(neighbour));
    }

    [Fact]
    public async Task Of_two_that_end_one_job_one_does()
    {
        var id = await AddAsync();

        var ends = await Task.WhenAll(FinishAsync(new JobFinish(id, 1, "completed", "1")), FinishAsync(new JobFinish(id, 1, "failed", Error: "no")));

        Assert.Single(ends.SelectMany(e => e));
        Assert.Single(await EventsAsync(id));
        Assert.Equal(1, await ToldAsync(id));
    }

    private async Task<IReadOnlySet<Guid>> FinishAsync(params JobFinish[] jobs)
    {
        // The hot path is not started, so that what would be published stays in the table to be looked at.
        await using var publisher = core.NewPublisher();
        using var hotPath = core.NewHotPath(publisher);
        return await new JobFinisher(core.Database, hotPath, core.NewSteps(hotPath), TimeProvider.System).FinishAsync(jobs, Cancel);
    }

    private Task<long> ToldAsync(Guid id) =>
        core.ReadAsync<long>("select count(*) from outbox where position($1::bytea in body) > 0", Encoding.UTF8.GetBytes(id.ToString()));

    private Task<string[]> EventsAsync(Guid id) =>
        core.ReadAsync<string[]>("select coalesce(array_agg(event || ' ' || attempt order by place), '{}') from job_history where job_id = $1 and event <> 'created'", id);

    private async Task<Guid> AddAsync(string state = "running", int attempt = 1, string? callback = "https://example.com/hook")
    {
        var id = Guid.CreateVersion7();
        await using var command = core.Database.CreateCommand("""
            insert into jobs (id, correlation_id, job_type, payload, state, attempt, max_attempts, timeout_seconds, created_at, worker_id, progress, callback_url)
            values ($1, $1::text, 'sleep', '{}', $2, $3, 3, 60, now(), case when $2 = 'running' then $1 end, 0.5, $4)
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(state);
        command.Parameters.AddWithValue(attempt);
        command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Text, (object?)callback ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(Cancel);
        return id;
    }
}
