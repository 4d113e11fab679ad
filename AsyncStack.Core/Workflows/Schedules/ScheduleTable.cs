using AsyncStack.Core.Workflows.Definition;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Core.Workflows.Schedules;

/// <summary>The table <c>schedules</c>.</summary>
public sealed class ScheduleTable(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Channel of Postgres' notifications that a schedule was changed; no payload.</summary>
    public const string Changed = "schedules";

    // The next time stays as it is while the expression does, so that a change of the rest neither loses nor repeats one.
    private const string PutSql = $"""
        insert into schedules as s (id, name, workflow, cron, time_zone, input, jitter_seconds, catch_up, catch_up_limit, paused, of_definition,
            next_at, due_at, created_at, updated_at)
        values (@id, @name, @workflow, @cron, @zone, @input::json, @jitter, @catch_up, @limit, false, @of_definition, @next, @due, @now, @now)
        on conflict (name) do update set
            workflow = excluded.workflow, cron = excluded.cron, time_zone = excluded.time_zone, input = excluded.input,
            jitter_seconds = excluded.jitter_seconds, catch_up = excluded.catch_up, catch_up_limit = excluded.catch_up_limit,
            of_definition = excluded.of_definition, updated_at = excluded.updated_at,
            next_at = case when s.cron = excluded.cron and s.time_zone = excluded.time_zone then s.next_at else excluded.next_at end,
            due_at = case when s.cron = excluded.cron and s.time_zone = excluded.time_zone then s.due_at else excluded.due_at end
        returning {Schedule.Columns}, xmax = 0
        """;

    /// <summary>Makes the schedule that a definition names, or removes it when it names none any more.</summary>
    public async Task PutOfDefinitionAsync(
        NpgsqlConnection connection, string workflow, ScheduleDefinition? definition, CancellationToken cancellationToken)
    {
        if (definition is not null)
        {
            await PutAsync(connection, workflow, workflow, definition, ofDefinition: true, cancellationToken);
            return;
        }

        await using var command = new NpgsqlCommand("delete from schedules where name = $1 and of_definition", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = workflow });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Makes a schedule, or changes it.</summary>
    /// <returns>The schedule, and whether it is new.</returns>
    public async Task<(Schedule Schedule, bool IsNew)> PutAsync(
        NpgsqlConnection connection, string name, string workflow, ScheduleDefinition definition, bool ofDefinition, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var next = new CronTimes(definition.Cron, definition.TimeZone).After(now);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(PutSql), new($"notify {Changed}") } };
        var p = batch.BatchCommands[0].Parameters;
        p.AddWithValue("id", Guid.CreateVersion7(now));
        p.AddWithValue("name", name);
        p.AddWithValue("workflow", workflow);
        p.AddWithValue("cron", definition.Cron);
        p.AddWithValue("zone", definition.TimeZone);
        p.AddWithValue("input", definition.Input.GetRawText());
        p.AddWithValue("jitter", definition.JitterSeconds);
        p.AddWithValue("catch_up", definition.CatchUp);
        p.AddWithValue("limit", definition.CatchUpLimit);
        p.AddWithValue("of_definition", ofDefinition);
        AddNext(p, name, definition.JitterSeconds, next);
        p.AddWithValue("now", now);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (Schedule.Read(row), row.GetBoolean(14));
    }

    /// <summary>The schedule of that name, or null.</summary>
    public async Task<Schedule?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Schedule.Columns} from schedules where name = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Schedule.Read(rows) : null;
    }

    /// <summary>Schedules, newest first, at most that many with an id before this one; of one workflow, and paused or not, if that is given.</summary>
    public async Task<List<Schedule>> ListAsync(string? workflow, bool? paused, Guid? before, int most, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            select {Schedule.Columns} from schedules
            where (@before::uuid is null or id < @before) and (@workflow::text is null or workflow = @workflow) and (@paused::boolean is null or paused = @paused)
            order by id desc limit @most
            """);
        command.Parameters.AddWithValue("workflow", NpgsqlDbType.Text, (object?)workflow ?? DBNull.Value);
        command.Parameters.AddWithValue("paused", NpgsqlDbType.Boolean, (object?)paused ?? DBNull.Value);
        command.Parameters.AddWithValue("before", NpgsqlDbType.Uuid, (object?)before ?? DBNull.Value);
        command.Parameters.AddWithValue("most", most);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var schedules = new List<Schedule>();
        while (await rows.ReadAsync(cancellationToken))
        {
            schedules.Add(Schedule.Read(rows));
        }

        return schedules;
    }

    /// <summary>Pauses a schedule, or has it go on; times that passed while it was paused are left out.</summary>
    /// <returns>False when there is none.</returns>
    public async Task<bool> PauseAsync(NpgsqlConnection connection, string name, bool paused, CancellationToken cancellationToken)
    {
        if (await LockAsync(connection, name, cancellationToken) is not { } schedule)
        {
            return false;
        }

        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new("update schedules set paused = @paused, next_at = @next, due_at = @due, updated_at = @now where name = @name"), new($"notify {Changed}") },
        };
        var p = batch.BatchCommands[0].Parameters;
        p.AddWithValue("paused", paused);
        p.AddWithValue("name", name);
        p.AddWithValue("now", time.GetUtcNow());
        AddNext(p, name, schedule.JitterSeconds, paused || !schedule.Paused ? schedule.NextAt : new CronTimes(schedule.Cron, schedule.TimeZone).After(time.GetUtcNow()));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    /// <summary>Locks a schedule's row and reads it; null when there is none.</summary>
    internal static async Task<Schedule?> LockAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {Schedule.Columns} from schedules where name = $1 for update", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Schedule.Read(rows) : null;
    }

    internal static void AddNext(NpgsqlParameterCollection p, string name, int jitter, DateTimeOffset? next)
    {
        p.AddWithValue("next", NpgsqlDbType.TimestampTz, (object?)next ?? DBNull.Value);
        p.AddWithValue("due", NpgsqlDbType.TimestampTz, next is { } at ? Schedule.DueAt(name, jitter, at) : DBNull.Value);
    }
}
