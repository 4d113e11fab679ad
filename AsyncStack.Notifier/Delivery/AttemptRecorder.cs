using AsyncStack.Core.Batching;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Notifier.Delivery;

/// <summary>Writes attempts and what became of their deliveries, many in one statement.</summary>
internal sealed class AttemptRecorder(NpgsqlDataSource database, IOptions<NotifierOptions> options, TimeProvider time, ILogger<AttemptRecorder> logger)
    : IAsyncDisposable
{
    private const int Writers = 2;
    private const int MaxBatch = 256;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    // The fence: only who saw the delivery's last attempt may add the next, so that two notifiers never both count.
    private const string Sql = """
        with input as (
            select * from unnest(@ids, @attempts, @states, @next, @ats, @durations, @statuses, @errors, @bodies, @disabling)
                as i(id, attempts, state, next_at, at, duration_ms, status, error, body, disabling)
        ), done as (
            update webhook_deliveries d set
                state = i.state, attempts = i.attempts + 1, next_attempt_at = i.next_at,
                finished_at = case when i.state = 'pending' then null else @now end,
                last_status = i.status, last_error = i.error
            from input i
            where d.id = i.id and d.attempts = i.attempts and d.state = 'pending'
            returning d.id, d.target_url
        ), history as (
            insert into webhook_attempts (delivery_id, attempt, at, duration_ms, status, error, response_body, next_attempt_at)
            select i.id, i.attempts + 1, i.at, i.duration_ms, i.status, i.error, i.body, i.next_at
            from input i join done using (id)
        ), disabled as (
            insert into webhook_endpoints (id, url, created_at, disabled_at, disabled_reason)
            select gen_random_uuid(), url, @now, @now, reason
            from (select distinct on (done.target_url) done.target_url, i.error from input i join done using (id) where i.disabling)
                as gone(url, reason)
            on conflict (url) do update set disabled_at = excluded.disabled_at, disabled_reason = excluded.disabled_reason
        )
        select id from done
        """;

    private readonly Coalescer<Entry, bool> _writes = new(
        "record attempts", (entries, cancellationToken) => WriteAsync(database, time, entries, cancellationToken), Writers, MaxBatch, options.Value.Capacity);

    /// <summary>Records an attempt; while the database is away it tries again until the lease is over.</summary>
    /// <returns>False when another notifier had counted this attempt already.</returns>
    public async Task<bool> RecordAsync(
        PendingDelivery delivery, AttemptResult result, DeliveryOutcome outcome, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await _writes.SubmitAsync(new Entry(delivery, result, outcome), CancellationToken.None);
            }
            catch (Exception exception) when (time.GetUtcNow() + RetryPause < delivery.LeaseUntil && !cancellationToken.IsCancellationRequested)
            {
                Log.RecordFailed(logger, delivery.Id, exception.Message);
                await Task.Delay(RetryPause, time, cancellationToken);
            }
        }
    }

    public ValueTask DisposeAsync() => _writes.DisposeAsync();

    private static async Task<IReadOnlyList<bool>> WriteAsync(
        NpgsqlDataSource database, TimeProvider time, IReadOnlyList<Entry> entries, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        AddParameters(command, entries, time.GetUtcNow());
        var counted = new HashSet<Guid>(entries.Count);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            counted.Add(rows.GetGuid(0));
        }

        return [.. entries.Select(e => counted.Contains(e.Delivery.Id))];
    }

    private static void AddParameters(NpgsqlCommand command, IReadOnlyList<Entry> entries, DateTimeOffset now)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. entries.Select(e => e.Delivery.Id)]));
        command.Parameters.Add(new NpgsqlParameter<int[]>("attempts", [.. entries.Select(e => e.Delivery.Attempts)]));
        command.Parameters.Add(new NpgsqlParameter<string[]>("states", [.. entries.Select(e => StateOf(e.Outcome))]));
        command.Parameters.Add(Array(NpgsqlDbType.TimestampTz, "next", entries.Select(e => (e.Outcome as DeliveryOutcome.RetryAt)?.At).ToArray()));
        command.Parameters.Add(Array(NpgsqlDbType.TimestampTz, "ats", entries.Select(e => e.Result.At).ToArray()));
        command.Parameters.Add(new NpgsqlParameter<int[]>("durations", [.. entries.Select(e => (int)e.Result.Duration.TotalMilliseconds)]));
        command.Parameters.Add(Array(NpgsqlDbType.Integer, "statuses", entries.Select(e => e.Result.Status).ToArray()));
        command.Parameters.Add(Array(NpgsqlDbType.Text, "errors", entries.Select(e => e.Result.Error).ToArray()));
        command.Parameters.Add(Array(NpgsqlDbType.Text, "bodies", entries.Select(e => e.Result.ResponseBody).ToArray()));
        command.Parameters.Add(new NpgsqlParameter<bool[]>("disabling", [.. entries.Select(e => e.Outcome is DeliveryOutcome.DisableTarget)]));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", now));
    }

    private static string StateOf(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Delivered => "delivered",
        DeliveryOutcome.RetryAt => "pending",
        _ => "dead",
    };

    private static NpgsqlParameter Array(NpgsqlDbType element, string name, object values) =>
        new(name, NpgsqlDbType.Array | element) { Value = values };

    private sealed record Entry(PendingDelivery Delivery, AttemptResult Result, DeliveryOutcome Outcome);
}
