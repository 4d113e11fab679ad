using AsyncStack.Core.Database;
using AsyncStack.Notifier.Signing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Notifier.Delivery;

/// <summary>Takes deliveries whose time has come: retries, replays, those that had no room, and those of a notifier that died.</summary>
internal sealed class DueDeliveries(
    NpgsqlDataSource database, TargetLanes lanes, DeliveryDispatcher dispatcher, IOptions<NotifierOptions> options, TimeProvider time)
{
    private const int Considered = 1024;
    private const int MaxClaim = 256;

    // No target gets more of a pass than its lane has room for, and targets whose lane is full are passed over: one that does
    // not answer must not stand in the way of the others. The lock is taken last, and what another notifier holds is skipped.
    private const string ClaimSql = $"""
        with due as (
            select id, row_number() over (partition by target order by next_attempt_at) as place
            from (select id, next_attempt_at, {DeliveryTarget.Sql} as target from webhook_deliveries
                  where state = 'pending' and next_attempt_at <= @now and {DeliveryTarget.Sql} <> all(@full)
                  order by next_attempt_at limit @considered) as waiting
        ), taken as (
            select d.id from webhook_deliveries d join due using (id)
            where place <= @per_target and d.state = 'pending' and d.next_attempt_at <= @now
            order by d.next_attempt_at limit @limit for update of d skip locked
        ), gone as (
            select url, disabled_reason from webhook_endpoints where disabled_at is not null
        )
        update webhook_deliveries d set
            state = case when g.url is null then 'pending' else 'dead' end,
            next_attempt_at = case when g.url is null then @lease_until end,
            finished_at = case when g.url is null then null else @now end,
            last_error = case when g.url is null then d.last_error else 'target is disabled: ' || g.disabled_reason end
        from taken join webhook_deliveries t using (id) left join gone g on g.url = t.target_url
        where d.id = taken.id
        returning d.id, d.target_url, d.body, d.attempts, d.traceparent, d.state, {TargetSecrets.Sql}
        """;

    // Fenced by the lease, which is this pass's own.
    private const string GiveBackSql = """
        update webhook_deliveries set next_attempt_at = @now
        where id = any(@ids) and state = 'pending' and next_attempt_at = @lease_until
        """;

    private const string NextSql = $"""
        select min(next_attempt_at) from webhook_deliveries where state = 'pending' and {DeliveryTarget.Sql} <> all(@full)
        """;

    /// <summary>One pass: takes what is due and has room, and hands it to the dispatcher.</summary>
    /// <returns>How many were taken.</returns>
    public async Task<int> ClaimOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // Postgres keeps microseconds; what is compared with it later must not hold more.
        var leaseUntil = (now + options.Value.SendLease).ToMicroseconds();
        var taken = 0;
        var crowdedOut = new List<Guid>();
        await using (var command = database.CreateCommand(ClaimSql))
        {
            AddParameters(command, now, leaseUntil);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                taken++;
                if (rows.GetString(5) == "pending" && !TryDispatch(Read(rows, leaseUntil)))
                {
                    crowdedOut.Add(rows.GetGuid(0));
                }
            }
        }

        await GiveBackAsync(crowdedOut, now, leaseUntil, cancellationToken);
        return taken - crowdedOut.Count;
    }

    /// <summary>When the next one will be due, null when none waits that has room.</summary>
    public async Task<DateTimeOffset?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NextSql);
        command.Parameters.AddWithValue("full", lanes.FullTargets());
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime next ? new DateTimeOffset(next) : null;
    }

    private void AddParameters(NpgsqlCommand command, DateTimeOffset now, DateTimeOffset leaseUntil)
    {
        command.Parameters.AddWithValue("now", now);
        command.Parameters.AddWithValue("lease_until", leaseUntil);
        command.Parameters.AddWithValue("full", lanes.FullTargets());
        command.Parameters.AddWithValue("considered", Considered);
        command.Parameters.AddWithValue("per_target", Math.Max(1, options.Value.CapacityPerTarget / 2));
        command.Parameters.AddWithValue("limit", Math.Min(MaxClaim, options.Value.Capacity - lanes.Held));
    }

    private bool TryDispatch(PendingDelivery delivery)
    {
        if (!lanes.TryReserve(delivery.Target, delivery.Body.Length))
        {
            return false;
        }

        dispatcher.Dispatch(delivery);
        return true;
    }

    // New deliveries may have taken the room meanwhile. Without this the delivery would wait for its whole lease.
    private async Task GiveBackAsync(List<Guid> ids, DateTimeOffset now, DateTimeOffset leaseUntil, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return;
        }

        await using var command = database.CreateCommand(GiveBackSql);
        command.Parameters.AddWithValue("now", now);
        command.Parameters.AddWithValue("ids", ids.ToArray());
        command.Parameters.AddWithValue("lease_until", leaseUntil);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static PendingDelivery Read(NpgsqlDataReader row, DateTimeOffset leaseUntil) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetFieldValue<byte[]>(2),
        row.GetInt32(3),
        leaseUntil,
        row.IsDBNull(4) ? null : row.GetString(4))
    {
        Secrets = row.IsDBNull(6) ? null : row.GetFieldValue<string[]>(6),
    };
}
