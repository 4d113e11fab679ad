using AsyncStack.Core.Database;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using AsyncStack.Core.Tracing;
using AsyncStack.Notifier.Signing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Notifier.Delivery;

/// <summary>Turns finished jobs into deliveries: rows first, then the requests, from memory.</summary>
internal sealed class DeliveryIntake(
    NpgsqlDataSource database,
    TargetLanes lanes,
    DeliveryDispatcher dispatcher,
    NotifierMetrics metrics,
    OrderedOutboxSignal signal,
    IOptions<NotifierOptions> options,
    TimeProvider time)
{
    /// <summary>Jobs taken together at the most.</summary>
    public const int MaxJobs = 256;

    private const string SelectSql = $"""
        select {Job.Columns} from jobs
        where id = any(@ids) and callback_url is not null and state in ('completed', 'failed', 'canceled')
        """;

    // A message that comes twice finds its deliveries there and adds nothing; a job that was run again and ended again is told again.
    private const string Insert = """
        insert into webhook_deliveries (id, job_id, job_attempt, job_finished_at, correlation_id, event_type, target_url, body, state,
            next_attempt_at, created_at, finished_at, last_error, traceparent)
        select i.id, i.job_id, i.job_attempt, i.job_finished_at, i.correlation_id, i.event_type, i.target_url, convert_from(i.body, 'UTF8'),
            case when e.id is null then 'pending' else 'dead' end,
            case when e.id is null then i.next_at end, @now,
            case when e.id is null then null else @now end,
            'target is disabled: ' || e.disabled_reason, i.traceparent
        from unnest(@ids, @jobs, @attempts, @finishes, @correlations, @events, @targets, @bodies, @next, @traces)
            as i(id, job_id, job_attempt, job_finished_at, correlation_id, event_type, target_url, body, next_at, traceparent)
        left join webhook_endpoints e on e.url = i.target_url and e.disabled_at is not null
        on conflict (job_id, job_finished_at) do nothing
        """;

    private const string InsertSql = $"""
        with d as ({Insert} returning id, state, target_url)
        select id, state, {TargetSecrets.Sql} from d
        """;

    // The event has the delivery's id, so that who gets both can tell that they are one.
    private const string InsertWithEventsSql = $"""
        with d as (
            {Insert} returning id, state, target_url, job_id, event_type, body, traceparent
        ), event as (
            insert into outbox (id, exchange, routing_key, type, body, traceparent, partition_key, sequence)
            select id, '{Topology.EventsExchange}', event_type, event_type, convert_to(body, 'UTF8'), traceparent, job_id::text, nextval('outbox_sequence')
            from d
        )
        select id, state, {TargetSecrets.Sql} from d
        """;

    /// <summary>Writes the deliveries of these jobs; when it returns they are committed and on their way.</summary>
    public async Task AcceptAsync(IReadOnlyCollection<Guid> jobIds, CancellationToken cancellationToken)
    {
        var jobs = await ReadJobsAsync(jobIds, cancellationToken);
        if (jobs.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        var drafts = jobs.ConvertAll(job => CreateDraft(job, now));
        var pending = new Dictionary<Guid, string[]?>();
        try
        {
            await InsertAsync(drafts, now, pending, cancellationToken);
        }
        catch
        {
            pending.Clear();
            throw;
        }
        finally
        {
            Dispatch(drafts, pending);
        }
    }

    private async Task<List<Job>> ReadJobsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectSql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. ids]));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<Job>(ids.Count);
        while (await rows.ReadAsync(cancellationToken))
        {
            jobs.Add(Job.Read(rows));
        }

        return jobs;
    }

    // Without room in memory it is due at once, for whichever notifier has some.
    private Draft CreateDraft(Job job, DateTimeOffset now)
    {
        var delivery = new PendingDelivery(
            Guid.CreateVersion7(now), job.CallbackUrl!, WebhookEvent.Write(job), 0, now + options.Value.SendLease,
            TraceParent.Closest(job.TraceParent));
        return new Draft(job, delivery, lanes.TryReserve(delivery.Target, delivery.Body.Length));
    }

    private async Task InsertAsync(List<Draft> drafts, DateTimeOffset now, Dictionary<Guid, string[]?> pending, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(options.Value.JobEvents ? InsertWithEventsSql : InsertSql);
        AddParameters(command, drafts, now);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var created = 0;
        while (await rows.ReadAsync(cancellationToken))
        {
            created++;
            if (rows.GetString(1) == "pending")
            {
                pending[rows.GetGuid(0)] = await rows.IsDBNullAsync(2, cancellationToken) ? null : rows.GetFieldValue<string[]>(2);
            }
        }

        metrics.Created(created);
        if (options.Value.JobEvents && created > 0)
        {
            signal.Wake();
        }
    }

    private void Dispatch(List<Draft> drafts, Dictionary<Guid, string[]?> pending)
    {
        foreach (var draft in drafts.Where(d => d.HasRoom))
        {
            if (pending.TryGetValue(draft.Delivery.Id, out var secrets))
            {
                dispatcher.Dispatch(draft.Delivery with { Secrets = secrets });
            }
            else
            {
                lanes.Release(draft.Delivery.Target, draft.Delivery.Body.Length);
            }
        }
    }

    private static void AddParameters(NpgsqlCommand command, List<Draft> drafts, DateTimeOffset now)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. drafts.Select(d => d.Delivery.Id)]));
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("jobs", [.. drafts.Select(d => d.Job.Id)]));
        command.Parameters.Add(new NpgsqlParameter<int[]>("attempts", [.. drafts.Select(d => d.Job.Attempt)]));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]>("finishes", [.. drafts.Select(d => d.Job.FinishedAt!.Value)]));
        command.Parameters.Add(new NpgsqlParameter<string[]>("correlations", [.. drafts.Select(d => d.Job.CorrelationId)]));
        command.Parameters.Add(new NpgsqlParameter<string[]>("events", [.. drafts.Select(d => WebhookEvent.TypeOf(d.Job))]));
        command.Parameters.Add(new NpgsqlParameter<string[]>("targets", [.. drafts.Select(d => d.Delivery.TargetUrl)]));
        command.Parameters.Add(new NpgsqlParameter<byte[][]>("bodies", [.. drafts.Select(d => d.Delivery.Body)]));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]>("next", [.. drafts.Select(d => d.HasRoom ? d.Delivery.LeaseUntil : now)]));
        command.Parameters.AddTexts("traces", drafts.Select(d => d.Delivery.TraceParent));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", now));
    }

    private sealed record Draft(Job Job, PendingDelivery Delivery, bool HasRoom);
}
