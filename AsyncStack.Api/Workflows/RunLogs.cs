using System.Globalization;
using AsyncStack.Api.Requests;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Api.Workflows;

/// <summary>What steps logged: read whole, or followed until the run ends.</summary>
internal sealed class RunLogs(NpgsqlDataSource database, RunWatch watch, IHostApplicationLifetime lifetime)
{
    private const int MaxLines = 1000;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // The lines of a run become visible in the order of their numbers.
    private const string Sql = """
        select l.id, j.step, j.step_index, l.job_id, l.attempt, l.at, l.level, l.message from step_logs l join jobs j on j.id = l.job_id
        where l.run_id = @run and l.id > @after and (@step::text is null or j.step = @step) and (@job::uuid is null or l.job_id = @job)
        order by l.id limit @limit
        """;

    public static async Task<IResult> GetAsync(Guid id, HttpContext context, RunLogs logs)
    {
        var errors = new FieldErrors();
        var (step, job) = (context.Request.QueryText("step"), context.Request.QueryId("job_id", errors));
        errors.CheckText("step", step);
        var wanted = new Wanted(id, step, job, context.Request.QueryNumber("after", 0, long.MaxValue, errors) ?? 0);
        if (errors.Any)
        {
            return errors.ToResult();
        }

        return await logs.HasEndedAsync(id, context.RequestAborted) is not { } ended ? RunEndpoints.NotFound(id)
            : EventStream.IsWanted(context.Request) ? await logs.FollowAsync(wanted, ended, context)
            : Results.Json(await logs.ReadAsync(wanted, context.RequestAborted), WorkflowJson.Default.ListStepLogView);
    }

    private async Task<IResult> FollowAsync(Wanted wanted, bool ended, HttpContext context)
    {
        if (long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last))
        {
            wanted = wanted with { After = Math.Max(wanted.After, last) };
        }

        if (ended && (await ReadAsync(wanted, context.RequestAborted)).Count == 0)
        {
            // The one answer that keeps an EventSource from coming again.
            return Results.NoContent();
        }

        using var watcher = watch.TryOpen(wanted.Run);
        if (watcher is null)
        {
            return EventStream.Busy(context.Response);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await FollowAsync(wanted, watcher, await EventStream.BeginAsync(context.Response, ending.Token), ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }

        return Results.Empty;
    }

    private async Task FollowAsync(Wanted wanted, RunWatch.Watcher watcher, EventStream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Asked before the lines are read: a step's lines are there before its end is.
            var ended = await HasEndedAsync(wanted.Run, cancellationToken) ?? true;
            var lines = await ReadAsync(wanted, cancellationToken);
            foreach (var line in lines)
            {
                wanted = wanted with { After = line.Id };
                await stream.WriteAsync("log", line, WorkflowJson.Default.StepLogView, line.Id.ToString(CultureInfo.InvariantCulture));
            }

            await stream.FlushAsync();
            if (lines.Count == MaxLines)
            {
                continue;
            }

            if (ended)
            {
                return;
            }

            if (!await watcher.WaitAsync(Heartbeat, cancellationToken))
            {
                await stream.HeartbeatAsync();
            }
        }
    }

    private async Task<bool?> HasEndedAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select finished_at is not null from workflow_runs where id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return (bool?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task<List<StepLogView>> ReadAsync(Wanted wanted, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue("run", wanted.Run);
        command.Parameters.AddWithValue("after", wanted.After);
        command.Parameters.AddWithValue("step", NpgsqlDbType.Text, (object?)wanted.Step ?? DBNull.Value);
        command.Parameters.AddWithValue("job", NpgsqlDbType.Uuid, (object?)wanted.Job ?? DBNull.Value);
        command.Parameters.AddWithValue("limit", MaxLines);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<StepLogView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            lines.Add(new StepLogView(
                rows.GetInt64(0), rows.GetString(1), rows.GetInt32(2), rows.GetGuid(3), rows.GetInt32(4), rows.GetFieldValue<DateTimeOffset>(5), rows.GetString(6), rows.GetString(7)));
        }

        return lines;
    }

    private readonly record struct Wanted(Guid Run, string? Step, Guid? Job, long After);
}
