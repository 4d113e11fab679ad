using AsyncStack.Core.Outbox;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Api.Accepting;

/// <summary>
/// The one statement, and so the one transaction, that accepts a batch: jobs, the outbox rows and the
/// idempotency keys.
/// </summary>
internal static class AcceptStatement
{
    private const string Input = """
        with input as (
            select * from unnest(@ids, @correlations, @types, @payloads, @priorities, @max_attempts, @timeouts, @run_ats, @callbacks, @traces, @created, @datasets)
                as i(id, correlation_id, job_type, payload, priority, max_attempts, timeout_seconds, run_at, callback_url, traceparent, created_at, dataset_ids)
        )
        """;

    private const string InsertJobs = """
        , accepted as (
            insert into jobs (id, correlation_id, job_type, payload, state, priority, max_attempts, timeout_seconds,
                              run_at, created_at, queued_at, callback_url, traceparent, dataset_ids)
            select i.id, i.correlation_id, i.job_type, i.payload::json,
                   case when i.run_at is null then 'queued' else 'scheduled' end,
                   i.priority, i.max_attempts, i.timeout_seconds, i.run_at, i.created_at,
                   case when i.run_at is null then @now end, i.callback_url, i.traceparent, i.dataset_ids::uuid[]
            from input i
        """;

    // In one order everywhere, so that two batches with the same correlation ids wait for each other and never in a circle.
    private const string Rest = """
            order by i.correlation_id
            on conflict (correlation_id) do nothing
            returning id
        ), messages as (
            insert into outbox (id, exchange, routing_key, type, body, traceparent)
            select * from unnest(@message_ids, @exchanges, @routing_keys, @message_types, @bodies, @message_traces)
        )
        """;

    /// <summary>For batches without idempotency keys; returns the accepted ids.</summary>
    public const string Plain = $"{Input}{InsertJobs}{Rest} select id from accepted";

    /// <summary>
    /// For batches with keys; returns of each submission whether it was accepted, whether its key is free for us, and
    /// what the key holds. A key is guarded by an advisory lock until the commit: who does not get it is told that the
    /// first request is still in flight. A key that has expired is deleted first (the count makes the insert wait for it),
    /// whether it was pruned or not. A key committed between this statement's snapshot and the lock makes the
    /// insert fail on its primary key, and the batch is tried again.
    /// </summary>
    public const string Keyed = $"""
        {Input}, keyed as materialized (
            select k.*, pg_try_advisory_xact_lock(hashtextextended(k.scope || ' ' || k.key, 0)) as mine
            from unnest(@key_ids, @scopes, @keys, @hashes, @statuses, @locations, @answers) as k(id, scope, key, hash, status, location, answer)
        ), stored as (
            select k.id, s.request_hash = k.hash as same, s.status, s.location, s.body
            from keyed k join idempotency_keys s on s.scope = k.scope and s.key = k.key
            where k.mine and s.expires_at > @now
        ), lapsed as (
            delete from idempotency_keys s using keyed k
            where k.mine and s.scope = k.scope and s.key = k.key and s.expires_at <= @now
            returning s.key
        )
        {InsertJobs}
            where not exists (select from keyed k where k.id = i.id and not k.mine)
              and not exists (select from stored s where s.id = i.id)
        {Rest}, remembered as (
            insert into idempotency_keys (scope, key, request_hash, status, location, body, expires_at)
            select k.scope, k.key, k.hash, k.status, k.location, k.answer, @key_expiry
            from keyed k join accepted a on a.id = k.id
            where (select count(*) from lapsed) >= 0
        )
        select i.id, a.id is not null, coalesce(k.mine, true), s.same, s.status, s.location, s.body
        from input i
        left join accepted a on a.id = i.id
        left join keyed k on k.id = i.id
        left join stored s on s.id = i.id
        """;

    /// <summary>What a key holds, in the columns of <see cref="Keyed"/>.</summary>
    public const string FindKey = """
        select null::uuid, false, true, request_hash = $3, status, location, body
        from idempotency_keys where scope = $1 and key = $2 and expires_at > $4
        """;

    public static void AddParameters(
        NpgsqlCommand command, IReadOnlyList<Submission> jobs, IReadOnlyList<OutboxMessage> messages, DateTimeOffset now)
    {
        Add(command, "ids", NpgsqlDbType.Uuid, jobs, j => j.Id);
        Add(command, "correlations", NpgsqlDbType.Text, jobs, j => j.CorrelationId);
        Add(command, "types", NpgsqlDbType.Text, jobs, j => j.JobType);
        Add(command, "payloads", NpgsqlDbType.Text, jobs, j => j.Payload);
        Add(command, "priorities", NpgsqlDbType.Text, jobs, j => j.Priority);
        Add(command, "max_attempts", NpgsqlDbType.Integer, jobs, j => j.MaxAttempts);
        Add(command, "timeouts", NpgsqlDbType.Integer, jobs, j => j.TimeoutSeconds);
        Add(command, "run_ats", NpgsqlDbType.TimestampTz, jobs, j => j.RunAt);
        Add(command, "callbacks", NpgsqlDbType.Text, jobs, j => j.CallbackUrl);
        Add(command, "traces", NpgsqlDbType.Text, jobs, j => j.TraceParent);
        Add(command, "created", NpgsqlDbType.TimestampTz, jobs, j => j.CreatedAt);
        // As text: an array of arrays would have to be a rectangle, and unnest would flatten it.
        Add(command, "datasets", NpgsqlDbType.Text, jobs, j => j.DatasetIds is { Length: > 0 } ids ? $"{{{string.Join(',', ids)}}}" : null);
        Add(command, "message_ids", NpgsqlDbType.Uuid, messages, m => m.Id);
        Add(command, "exchanges", NpgsqlDbType.Text, messages, m => m.Exchange);
        Add(command, "routing_keys", NpgsqlDbType.Text, messages, m => m.RoutingKey);
        Add(command, "message_types", NpgsqlDbType.Text, messages, m => m.Type);
        Add(command, "bodies", NpgsqlDbType.Bytea, messages, m => m.Body.ToArray());
        Add(command, "message_traces", NpgsqlDbType.Text, messages, m => m.TraceParent);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", now));
    }

    public static void AddKeys(NpgsqlCommand command, IReadOnlyList<Submission> jobs, DateTimeOffset expiry)
    {
        var keyed = jobs.Where(j => j.Key is not null).ToArray();
        Add(command, "key_ids", NpgsqlDbType.Uuid, keyed, j => j.Id);
        Add(command, "scopes", NpgsqlDbType.Text, keyed, j => j.Key!.Scope);
        Add(command, "keys", NpgsqlDbType.Text, keyed, j => j.Key!.Value);
        Add(command, "hashes", NpgsqlDbType.Bytea, keyed, j => j.Key!.RequestHash);
        Add(command, "statuses", NpgsqlDbType.Smallint, keyed, j => (short)j.Answer.Status);
        Add(command, "locations", NpgsqlDbType.Text, keyed, j => j.Answer.Location);
        Add(command, "answers", NpgsqlDbType.Text, keyed, j => j.Answer.Body);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("key_expiry", expiry));
    }

    private static void Add<TItem, TValue>(
        NpgsqlCommand command, string name, NpgsqlDbType type, IReadOnlyList<TItem> items, Func<TItem, TValue> value)
    {
        var values = new TValue[items.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(items[i]);
        }

        command.Parameters.Add(new NpgsqlParameter<TValue[]>(name, NpgsqlDbType.Array | type) { TypedValue = values });
    }
}
