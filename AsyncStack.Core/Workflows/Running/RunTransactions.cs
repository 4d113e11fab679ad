using AsyncStack.Core.Outbox;
using Npgsql;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>Runs what changes runs in a transaction of its own, and publishes what it leaves behind once that is committed.</summary>
public sealed class RunTransactions(
    NpgsqlDataSource database, WorkflowPlans plans, OutboxPublisher outbox, OrderedOutboxSignal ordered, TimeProvider time)
{
    private const int Tries = 5;

    /// <summary>Begins, works, writes and commits; from the beginning again when the database had to break off one of two that waited for each other.</summary>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, RunTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RunOnceAsync(work, cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < Tries)
            {
            }
        }
    }

    private async Task<T> RunOnceAsync<T>(Func<NpgsqlConnection, RunTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var runs = On(connection, cancellationToken);
        var result = await work(connection, runs);
        var messages = await runs.WriteAsync();
        await transaction.CommitAsync(cancellationToken);
        Publish(messages);
        return result;
    }

    /// <summary>Works on the connection, and in the transaction, of a caller, who writes, commits and publishes.</summary>
    public RunTransaction On(NpgsqlConnection connection, CancellationToken cancellationToken) => new(connection, plans, time, cancellationToken);

    /// <summary>Publishes what a transaction wrote that is committed now.</summary>
    public void Publish(IReadOnlyList<OutboxMessage> messages)
    {
        var told = false;
        foreach (var message in messages)
        {
            if (message.PartitionKey is null)
            {
                outbox.Publish(message);
            }

            told |= message.PartitionKey is not null;
        }

        if (told)
        {
            ordered.Wake();
        }
    }
}
