using System.Text.Json;
using AsyncStack.Core.Workflows.Definition;
using AsyncStack.Core.Workflows.Running;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AsyncStack.Core.Workflows.Schedules;

/// <summary>
/// Starts the runs of schedules that are due. A run and the schedule's step to its next time commit together under the schedule's lock, and a time is
/// the run's key: however many look, and whatever the clocks do, each time is started once.
/// </summary>
public sealed class ScheduleFiring(
    NpgsqlDataSource database, RunTransactions transactions, WorkflowPlans plans, TimeProvider time, ILogger<ScheduleFiring> logger)
{
    private const string DueSql = "select name from schedules where not paused and due_at <= clock_timestamp() order by due_at limit 200";

    // By the database's clock, which all who lead share.
    private const string NextSql = "select extract(epoch from min(due_at) - clock_timestamp())::float8 from schedules where not paused and due_at is not null";

    private const string AdvanceSql = "update schedules set next_at = @next, due_at = @due, last_at = coalesce(@last, last_at) where name = @name";

    /// <summary>One pass.</summary>
    /// <returns>How many runs were started.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var started = 0;
        foreach (var name in await DueAsync(cancellationToken))
        {
            try
            {
                started += await transactions.RunAsync((connection, runs) => FireAsync(connection, runs, name, cancellationToken), cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is not NpgsqlException { IsTransient: true })
            {
                Log.ScheduleNotFired(logger, name, exception.Message);
            }
        }

        return started;
    }

    /// <summary>Time until the next schedule is due, zero when one is; null when there is none.</summary>
    public async Task<TimeSpan?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NextSql);
        return await command.ExecuteScalarAsync(cancellationToken) is double seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 86_400)) : null;
    }

    /// <summary>Starts a run of a schedule now, beside its times.</summary>
    /// <returns>The run; null when it cannot be, for the reason given.</returns>
    public Task<(Guid? Run, string? Reason)> TriggerAsync(Schedule schedule, string? traceParent, CancellationToken cancellationToken) =>
        transactions.RunAsync((connection, runs) => StartAsync(connection, runs, schedule, null, traceParent, cancellationToken), cancellationToken);

    private async Task<List<string>> DueAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(DueSql);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var names = new List<string>();
        while (await rows.ReadAsync(cancellationToken))
        {
            names.Add(rows.GetString(0));
        }

        return names;
    }

    private async Task<int> FireAsync(NpgsqlConnection connection, RunTransaction runs, string name, CancellationToken cancellationToken)
    {
        if (await ScheduleTable.LockAsync(connection, name, cancellationToken) is not { Paused: false, NextAt: not null } schedule)
        {
            return 0;
        }

        var missed = MissedTimes.Of(schedule, await NowAsync(connection, cancellationToken));
        var (started, last) = (0, (DateTimeOffset?)null);
        foreach (var at in missed.Starts)
        {
            var (run, reason) = await IsStartedAsync(connection, name, at, cancellationToken)
                ? (null, "it was started before")
                : await StartAsync(connection, runs, schedule, at, null, cancellationToken);
            (started, last) = run is not null ? (started + 1, at) : (started, last);
            if (run is null)
            {
                Log.ScheduleNotFired(logger, name, reason!);
            }
        }

        await AdvanceAsync(connection, schedule, missed.Next, last, cancellationToken);
        return started;
    }

    private async Task<(Guid? Run, string? Reason)> StartAsync(
        NpgsqlConnection connection, RunTransaction runs, Schedule schedule, DateTimeOffset? at, string? traceParent, CancellationToken cancellationToken)
    {
        if (await plans.FindCurrentAsync(connection, schedule.Workflow, null, cancellationToken) is not var (plan, version))
        {
            return (null, $"There is no workflow '{schedule.Workflow}'.");
        }

        var errors = new List<DefinitionError>();
        if (InputFields.Fill(plan.Definition, JsonElement.Parse(schedule.Input), errors) is not { } input)
        {
            return (null, $"Its input is wrong: {string.Join(' ', errors.Select(e => e.Message))}");
        }

        var id = Guid.CreateVersion7(time.GetUtcNow());
        await runs.StartAsync(new NewRun
        {
            Id = id, Workflow = schedule.Workflow, Version = version, Plan = plan, Input = input, Schedule = schedule.Name, ScheduledAt = at, TraceParent = traceParent,
        });
        return (id, null);
    }

    private static async Task<DateTimeOffset> NowAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select clock_timestamp()", connection);
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    private static async Task<bool> IsStartedAsync(NpgsqlConnection connection, string name, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select exists (select from workflow_runs where schedule = @name and scheduled_at = @at)", connection);
        command.Parameters.AddWithValue("name", name);
        command.Parameters.AddWithValue("at", at);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task AdvanceAsync(
        NpgsqlConnection connection, Schedule schedule, DateTimeOffset? next, DateTimeOffset? last, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(AdvanceSql, connection);
        command.Parameters.AddWithValue("name", schedule.Name);
        ScheduleTable.AddNext(command.Parameters, schedule.Name, schedule.JitterSeconds, next);
        command.Parameters.AddWithValue("last", NpgsqlTypes.NpgsqlDbType.TimestampTz, (object?)last ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
