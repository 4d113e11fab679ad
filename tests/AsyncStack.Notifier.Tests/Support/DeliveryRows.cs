using AsyncStack.Core.Database;
using AsyncStack.Core.Webhooks;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AsyncStack.Notifier.Tests.Support;

/// <summary>Deliveries as they stand in the database, which says when they change.</summary>
internal sealed class DeliveryRows : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly NpgsqlConnection _changes;

    private DeliveryRows(NpgsqlDataSource database, NpgsqlConnection changes) => (_database, _changes) = (database, changes);

    public static async Task<DeliveryRows> CreateAsync(NpgsqlDataSource database)
    {
        var changes = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            """
            create or replace function tell_change() returns trigger language plpgsql as 'begin perform pg_notify(''delivery_changed'', ''''); return null; end';
            create or replace trigger tell_change after insert or update on webhook_deliveries for each statement execute function tell_change();
            listen delivery_changed
            """,
            changes);
        await command.ExecuteNonQueryAsync();
        return new DeliveryRows(database, changes);
    }

    /// <summary>Waits until the delivery of a job is as wanted.</summary>
    public async Task<WebhookDelivery> WaitAsync(Guid jobId, Func<WebhookDelivery, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Waiting.AtMost);
        while (true)
        {
            var found = await FindAsync(jobId);
            if (found is not null && wanted(found))
            {
                return found;
            }

            try
            {
                await _changes.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException($"The delivery stayed {found?.State ?? "absent"} after {found?.Attempts} attempts: {found?.LastError}", exception);
            }
        }
    }

    public Task<WebhookDelivery> WaitAsync(Guid jobId, string state) => WaitAsync(jobId, d => d.State == state);

    public async Task<WebhookDelivery?> FindAsync(Guid jobId)
    {
        await using var context = Context();
        return await context.WebhookDeliveries.AsNoTracking().SingleOrDefaultAsync(d => d.JobId == jobId);
    }

    public async Task<List<WebhookAttempt>> AttemptsAsync(Guid deliveryId)
    {
        await using var context = Context();
        return await context.WebhookAttempts.AsNoTracking().Where(a => a.DeliveryId == deliveryId).OrderBy(a => a.Attempt).ToListAsync();
    }

    public async Task<long> CountAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => _changes.DisposeAsync();

    private AsyncStackContext Context() => new(new DbContextOptionsBuilder<AsyncStackContext>().UseNpgsql(_database).Options);
}
