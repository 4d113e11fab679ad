using Npgsql;

namespace AsyncStack.Api.Tests.Support;

/// <summary>A transaction that has written jobs and has not ended: whoever writes one of the same correlation id waits for it.</summary>
internal sealed class HeldJob(NpgsqlConnection connection) : IAsyncDisposable
{
    private NpgsqlTransaction? _transaction;

    public async Task InsertAsync(string correlationId)
    {
        _transaction ??= await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("""
            insert into jobs (id, correlation_id, job_type, payload, state, max_attempts, timeout_seconds, created_at)
            values ($1, $2, 'echo', '{}', 'queued', 3, 60, now())
            """, connection, _transaction);
        command.Parameters.AddWithValue(Guid.CreateVersion7());
        command.Parameters.AddWithValue(correlationId);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public Task CommitAsync() => _transaction!.CommitAsync(TestContext.Current.CancellationToken);

    public Task RollbackAsync() => _transaction!.RollbackAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null)
        {
            await _transaction.DisposeAsync();
        }

        await connection.DisposeAsync();
    }
}
