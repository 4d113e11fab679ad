using System.Text.Json;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using Npgsql;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>What a transaction leaves behind: rows, messages and places for others.</summary>
public sealed partial class RunTransaction
{
    private const string CancelSql = $"""
        with target as (
            select id, state, pool from jobs where run_id = any(@runs) and state in ('scheduled', 'queued', 'running') order by id for update
        ), canceled as (
            update jobs j set state = 'canceled', finished_at = @now, worker_id = null, run_at = null, deadline_at = null
            from target t where j.id = t.id returning j.id, j.attempt
        ), history as (
            insert into job_events (job_id, event, attempt, at) select id, 'canceled', attempt, @now from canceled
        )
        select t.pool, case when t.state = 'running' then pg_notify('{JobSignals.Canceled}', t.id::text) end, pg_notify('{JobSignals.Changed}', t.id::text)
        from target t
        """;

    private readonly HashSet<string> _pools = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int?> _freed = new(StringComparer.Ordinal);
    private readonly List<Guid> _canceled = [];
    private readonly List<Guid> _told = [];
    private readonly List<QueuedJob> _queued = [];
    private readonly List<OutboxMessage> _events = [];
    private bool _scheduled;

    /// <summary>Writes all of it, before the caller commits.</summary>
    /// <returns>The messages to publish after the commit.</returns>
    public async Task<IReadOnlyList<OutboxMessage>> WriteAsync()
    {
        await using var batch = _writes.Take(connection, [.. _runs.Values], _now);
        if (_canceled.Count + _pools.Count + _freed.Count > 0)
        {
            await ExecuteAsync(batch);
            await CancelAsync();
            await GivePlacesAsync();
        }

        List<OutboxMessage> messages = [.. JobMessages.Dispatch(_queued, time), .. _events];
        if (_told.Count > 0)
        {
            messages.Add(new OutboxMessage(
                Guid.CreateVersion7(_now), Topology.JobsExchange, Topology.NotifierResults, MessageTypes.FinishedJobs, JobMessages.WriteIds([.. _told])));
        }

        await using var rest = new NpgsqlBatch(connection);
        var last = batch.BatchCommands.Count > 0 && _canceled.Count + _pools.Count + _freed.Count == 0 ? batch : rest;
        if (messages.Count > 0)
        {
            last.BatchCommands.Add(OutboxTable.InsertCommand(messages));
        }

        if (_scheduled)
        {
            last.BatchCommands.Add(new NpgsqlBatchCommand($"notify {JobSignals.Scheduled}"));
        }

        await ExecuteAsync(last);
        return messages;
    }

    /// <summary>Has who asked for it told of the end of a job that ended in this transaction.</summary>
    public void Tell(Guid job) => _told.Add(job);

    /// <summary>Has runs of a workflow begin that wait, after its limit was changed.</summary>
    public void Free(string workflow, int? maxActiveRuns) => _freed[workflow] = maxActiveRuns;

    /// <summary>Has jobs begin that wait for a pool, after its slots were changed.</summary>
    public void FillPool(string pool) => _pools.Add(pool);

    private async Task FlushAsync()
    {
        await using var batch = _writes.Take(connection, [.. _runs.Values], _now);
        await ExecuteAsync(batch);
    }

    private async Task ExecuteAsync(NpgsqlBatch batch)
    {
        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private async Task CancelAsync()
    {
        if (_canceled.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(CancelSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("runs", [.. _canceled]));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", _now));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (!await rows.IsDBNullAsync(0, cancellationToken))
            {
                _pools.Add(rows.GetString(0));
            }
        }
    }

    private async Task GivePlacesAsync()
    {
        foreach (var (workflow, limit) in _freed)
        {
            _queued.AddRange(await RunPlaces.NextAsync(connection, workflow, limit, _now, cancellationToken));
        }

        if (_pools.Count > 0)
        {
            _queued.AddRange(await RunPlaces.FillAsync(connection, _pools, _now, cancellationToken));
        }
    }

    private void Free(RunRecord run)
    {
        if (run.Plan.Definition.MaxActiveRuns is not null || run.BackfillId is not null)
        {
            Free(run.Workflow, run.Plan.Definition.MaxActiveRuns);
        }
    }

    private void Tell(RunRecord run, string? error)
    {
        var type = run.State == RunState.Running ? EventTypes.RunStarted : $"run.{run.State}";
        var body = new RunEvent(type, _now, run.Id, run.Workflow, run.Version, run.State, run.ParentId, run.ScheduledAt, error);
        _events.Add(EventTypes.Message(
            Guid.CreateVersion7(_now), type, run.Id.ToString(), JsonSerializer.SerializeToUtf8Bytes(body, RunJson.Default.RunEvent), run.TraceParent));
    }
}
