using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using AsyncStack.Core.Tracing;
using AsyncStack.Core.Workflows.Running;

namespace AsyncStack.Core.Jobs;

/// <summary>The end of one job, fenced by the attempt the writer believes to be the current one.</summary>
/// <param name="Id">The job.</param>
/// <param name="Attempt">The attempt that <c>jobs</c> must still show.</param>
/// <param name="State">One of completed, failed, canceled.</param>
/// <param name="ResultJson">The result as JSON, at most 64 KiB; null when there is none or it lies at <paramref name="ResultUri"/>.</param>
/// <param name="ResultUri">Where a larger result lies.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="InstantStart">Set for a job that was never claimed: it must still be queued, and this write counts its attempt and keeps its start too.</param>
/// <param name="RootRunId">The outermost run of the workflow that the job is of, whose lock guards it; null for a job of none.</param>
public sealed record JobFinish(
    Guid Id,
    int Attempt,
    string State,
    string? ResultJson = null,
    string? ResultUri = null,
    string? Error = null,
    DateTimeOffset? InstantStart = null,
    Guid? RootRunId = null);

/// <summary>Ends jobs: state, result, history and the message to whoever asked, in one statement and so in one transaction.</summary>
public sealed class JobFinisher(NpgsqlDataSource database, OutboxPublisher outbox, StepFinisher steps, TimeProvider time)
{
    // The message is built from what was really ended, so that a job whose fence is gone tells nobody. An instant job
    // notifies nobody: a notification would serialize the commits of the hot path.
    private const string Sql = $"""
        with input as (
            select * from unnest(@ids, @attempts, @states, @results, @uris, @errors, @starts)
                as i(id, attempt, state, result, uri, error, instant_start)
        ), done as (
            update jobs j set
                state = i.state,
                attempt = case when i.instant_start is null then j.attempt else j.attempt + 1 end,
                result = i.result::json, result_uri = i.uri, error_message = i.error,
                progress = case when i.state = 'completed' then 1 else j.progress end,
                started_at = coalesce(i.instant_start, j.started_at),
                finished_at = @now, worker_id = null, run_at = null, deadline_at = null
            from input i
            where j.id = i.id and j.attempt = i.attempt
              and j.state = case when i.instant_start is null then 'running' else 'queued' end
            returning j.id, j.attempt, j.state, j.error_message, j.callback_url is not null as wanted, i.instant_start
        ), history as (
            insert into job_events (job_id, event, attempt, detail, at, started_at)
            select id, case state when 'completed' then 'finished' else state end, attempt, error_message, @now, instant_start from done
        ), message as (
            insert into outbox (id, exchange, routing_key, type, body, traceparent)
            select @message, '{Topology.JobsExchange}', '{Topology.NotifierResults}', '{MessageTypes.FinishedJobs}',
                   convert_to(json_agg(id)::text, 'UTF8'), @trace
            from done where wanted having count(*) > 0
            returning body
        )
        select d.id, m.body, case when d.instant_start is null then pg_notify('{JobSignals.Changed}', d.id::text) end
        from done d left join message m on true
        """;

    /// <summary>Ends the jobs and publishes at once to whom it concerns.</summary>
    /// <returns>The ids that were ended; the others had been canceled, rescued or ended by somebody else.</returns>
    public async Task<IReadOnlySet<Guid>> FinishAsync(IReadOnlyList<JobFinish> jobs, CancellationToken cancellationToken)
    {
        var ofRuns = jobs.Where(j => j.RootRunId is not null).ToList();
        if (ofRuns.Count == 0)
        {
            return await FinishPlainAsync(jobs, cancellationToken);
        }

        // Those of no run first: whatever becomes of runs, they are ended.
        IReadOnlySet<Guid> plain = ofRuns.Count == jobs.Count ? new HashSet<Guid>() : await FinishPlainAsync([.. jobs.Where(j => j.RootRunId is null)], cancellationToken);
        var ended = await steps.FinishAsync(ofRuns, cancellationToken);
        return plain.Count == 0 ? ended : plain.Union(ended).ToHashSet();
    }

    private async Task<IReadOnlySet<Guid>> FinishPlainAsync(IReadOnlyList<JobFinish> jobs, CancellationToken cancellationToken)
    {
        var messageId = Guid.CreateVersion7(time.GetUtcNow());
        var trace = CoreTracing.Enabled ? Activity.Current?.Id : null;
        var ended = new HashSet<Guid>(jobs.Count);
        byte[]? body = null;
        await using (var command = database.CreateCommand(Sql))
        {
            AddParameters(command, jobs, messageId);
            command.Parameters.Add(new NpgsqlParameter("trace", NpgsqlDbType.Text) { Value = (object?)trace ?? DBNull.Value });
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                ended.Add(rows.GetGuid(0));
                body ??= await rows.IsDBNullAsync(1, cancellationToken) ? null : rows.GetFieldValue<byte[]>(1);
            }
        }

        if (body is not null)
        {
            outbox.Publish(new OutboxMessage(
                messageId, Topology.JobsExchange, Topology.NotifierResults, MessageTypes.FinishedJobs, body, TraceParent: trace));
        }

        return ended;
    }

    private void AddParameters(NpgsqlCommand command, IReadOnlyList<JobFinish> jobs, Guid messageId)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. jobs.Select(j => j.Id)]));
        command.Parameters.Add(new NpgsqlParameter<int[]>("attempts", [.. jobs.Select(j => j.Attempt)]));
        command.Parameters.Add(new NpgsqlParameter<string[]>("states", [.. jobs.Select(j => j.State)]));
        command.Parameters.Add(Array(NpgsqlDbType.Text, "results", jobs.Select(j => j.ResultJson).ToArray()));
        command.Parameters.Add(Array(NpgsqlDbType.Text, "uris", jobs.Select(j => j.ResultUri).ToArray()));
        command.Parameters.Add(Array(NpgsqlDbType.Text, "errors", jobs.Select(j => j.Error).ToArray()));
        command.Parameters.Add(Array(NpgsqlDbType.TimestampTz, "starts", jobs.Select(j => j.InstantStart).ToArray()));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", time.GetUtcNow()));
        command.Parameters.Add(new NpgsqlParameter<Guid>("message", messageId));
    }

    private static NpgsqlParameter Array(NpgsqlDbType element, string name, object values) =>
        new(name, NpgsqlDbType.Array | element) { Value = values };
}
