using AsyncStack.Core.Caching;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using Npgsql;

namespace AsyncStack.Api.Jobs;

/// <summary>Cancels jobs and runs ended ones again; each is one statement, so the state, its history and the message commit together.</summary>
internal sealed class JobCommands(NpgsqlDataSource database, OutboxPublisher outbox, TaskCache tasks, TimeProvider time)
{
    private const string CancelSql = $"""
        with target as (
            select id, state, callback_url is not null as wanted from jobs where id = @id for update
        ), canceled as (
            update jobs j set state = 'canceled', finished_at = @now, worker_id = null, run_at = null, deadline_at = null
            from target t where j.id = t.id and t.state in ('scheduled', 'queued', 'running')
            returning j.id, j.attempt
        ), history as (
            insert into job_events (job_id, event, attempt, at) select id, 'canceled', attempt, @now from canceled
        ), message as (
            insert into outbox (id, exchange, routing_key, type, body)
            select @message_id, @exchange, @routing_key, @type, @body from canceled join target using (id) where wanted
            returning id
        )
        select t.state, exists (select from canceled), exists (select from message),
               case when t.state = 'running' then pg_notify('{JobSignals.Canceled}', t.id::text) end,
               (select pg_notify('{JobSignals.Changed}', id::text) from canceled)
        from target t
        """;

    private const string RetrySql = $"""
        with target as (
            select id, state, job_type, priority from jobs where id = @id for update
        ), requeued as (
            update jobs j set state = 'queued', queued_at = @now, finished_at = null, started_at = null, progress = 0,
                result = null, result_uri = null, error_message = null, max_attempts = greatest(j.max_attempts, j.attempt + 1)
            from target t where j.id = t.id and t.state in ('failed', 'canceled')
            returning j.id, j.attempt
        ), history as (
            insert into job_events (job_id, event, attempt, detail, at)
            select id, 'retrying', attempt, 'asked for by a caller', @now from requeued
        )
        select t.state, exists (select from requeued), t.job_type, t.priority,
               (select pg_notify('{JobSignals.Changed}', id::text) from requeued)
        from target t
        """;

    /// <summary>Cancels a job that has not ended; a running one is stopped by its worker at once.</summary>
    /// <returns>The state it was in and whether it is canceled now; null when there is no such job.</returns>
    public async Task<(string State, bool Done)?> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        var message = new OutboxMessage(
            Guid.CreateVersion7(time.GetUtcNow()),
            Topology.JobsExchange,
            Topology.NotifierResults,
            MessageTypes.FinishedJobs,
            JobMessages.WriteIds([id]));
        await using var command = database.CreateCommand(CancelSql);
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        command.Parameters.AddWithValue("message_id", message.Id);
        command.Parameters.AddWithValue("exchange", message.Exchange);
        command.Parameters.AddWithValue("routing_key", message.RoutingKey);
        command.Parameters.AddWithValue("type", message.Type);
        command.Parameters.AddWithValue("body", message.Body.ToArray());
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
        {
            return null;
        }

        if (rows.GetBoolean(2))
        {
            outbox.Publish(message);
        }

        return (rows.GetString(0), rows.GetBoolean(1));
    }

    /// <summary>Queues a failed or canceled job again, with one attempt more if it had none left.</summary>
    /// <returns>The state it was in and whether it is queued now; null when there is no such job.</returns>
    public async Task<(string State, bool Done)?> RetryAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await RequeueAsync(connection, id, cancellationToken) is not var (state, done, job))
        {
            return null;
        }

        var messages = done ? JobMessages.Dispatch([job], time).ToArray() : [];
        await OutboxTable.InsertAsync(connection, transaction, messages, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await tasks.InvalidateAsync(id);
        foreach (var message in messages)
        {
            outbox.Publish(message);
        }

        return (state, done);
    }

    private async Task<(string State, bool Done, QueuedJob Job)?> RequeueAsync(
        NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(RetrySql, connection);
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? (rows.GetString(0), rows.GetBoolean(1), new QueuedJob(id, rows.GetString(2), rows.GetString(3)))
            : null;
    }
}
