using System.Globalization;
using System.Text.Json;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Jobs;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Api.Workflows;

/// <summary>What steps logged: read whole, or followed until the run ends.</summary>
internal sealed class RunLogs(NpgsqlDataSource database, RunWatch watch, IHostApplicationLifetime lifetime)
{
    private const int MaxLines = 1000;
    private const int MaxStreams = 1000;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // Of one job lines become visible in the order of their numbers, of several not: each has a place of its own up to which it was read.
    private const string Sql = """
        select l.id, j.step, j.step_index, l.job_id, l.attempt, l.at, l.level, l.message
        from jobs j join step_logs l on l.job_id = j.id left join unnest(@jobs, @places) as seen(job_id, place) on seen.job_id = j.id
        where j.run_id = @run and l.id > @after and l.id > coalesce(seen.place, 0) and (@step::text is null or j.step = @step)
        order by l.id limit @limit
        """;

    private int _open;

    public static async Task<IResult> GetAsync(Guid id, HttpContext context, RunLogs logs)
    {
        var errors = new FieldErrors();
        var step = context.Request.QueryText("step");
        errors.CheckText("step", step);
        var after = context.Request.QueryNumber("after", 0, long.MaxValue, errors) ?? 0;
        var live = context.Request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase) && a.Quality is not 0);
        if (live && long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last))
        {
            after = Math.Max(after, last);
        }

        return errors.Any ? errors.ToResult()
            : await logs.HasEndedAsync(id, context.RequestAborted) is null ? RunEndpoints.NotFound(id)
            : live ? await logs.FollowAsync(id, step, after, context)
            : Results.Json(await logs.ReadAsync(id, step, after, [], context.RequestAborted), WorkflowJson.Default.ListStepLogView);
    }

    private async Task<IResult> FollowAsync(Guid id, string? step, long after, HttpContext context)
    {
        if (Interlocked.Increment(ref _open) > MaxStreams)
        {
            Interlocked.Decrement(ref _open);
            context.Response.Headers.RetryAfter = "5";
            return Results.Problem("More streams are open than this server may hold. Come again after a moment.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        using var watcher = watch.Open(id);
        try
        {
            await FollowAsync(id, step, after, watcher, context.Response, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }

        return Results.Empty;
    }

    private async Task FollowAsync(Guid id, string? step, long after, RunWatch.Watcher watcher, HttpResponse response, CancellationToken cancellationToken)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.Body.FlushAsync(cancellationToken);
        var seen = new Dictionary<Guid, long>();
        while (true)
        {
            // Asked before the lines are read: a step's lines are there before its end is.
            var ended = await HasEndedAsync(id, cancellationToken) ?? true;
            var lines = await ReadAsync(id, step, after, seen, cancellationToken);
            foreach (var line in lines)
            {
                seen[line.JobId] = line.Id;
                await response.WriteAsync(
                    string.Create(CultureInfo.InvariantCulture, $"id: {line.Id}\nevent: log\ndata: {JsonSerializer.Serialize(line, WorkflowJson.Default.StepLogView)}\n\n"), cancellationToken);
            }

            await response.Body.FlushAsync(cancellationToken);
            if (ended && lines.Count < MaxLines)
            {
                return;
            }

            if (lines.Count < MaxLines && !await watcher.WaitAsync(Heartbeat, cancellationToken))
            {
                await response.WriteAsync(": heartbeat\n\n", cancellationToken);
            }
        }
    }

    private async Task<bool?> HasEndedAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select finished_at is not null from workflow_runs where id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return (bool?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task<List<StepLogView>> ReadAsync(
        Guid run, string? step, long after, Dictionary<Guid, long> seen, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue("run", run);
        command.Parameters.AddWithValue("after", after);
        command.Parameters.AddWithValue("step", NpgsqlDbType.Text, (object?)step ?? DBNull.Value);
        command.Parameters.AddWithValue("jobs", seen.Keys.ToArray());
        command.Parameters.AddWithValue("places", seen.Values.ToArray());
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
}
