using System.Diagnostics;
using AsyncStack.Core.Messages;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using Npgsql;

namespace AsyncStack.Api.Messages;

/// <summary>Takes messages to save: a message is answered once its outbox row is committed, and the worker saves it.</summary>
internal sealed class MessageIntake(NpgsqlDataSource database, OutboxPublisher outbox, TimeProvider time)
{
    /// <summary>Commits and publishes.</summary>
    /// <returns>When.</returns>
    public async Task<DateTimeOffset> QueueAsync(SavedMessage message, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var queued = new OutboxMessage(
            Guid.CreateVersion7(now), "", Topology.SavedMessages, MessageTypes.SavedMessage, message.Write(), TraceParent: Activity.Current?.Id);
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await OutboxTable.InsertAsync(connection, null, [queued], cancellationToken);
        }

        outbox.Publish(queued);
        ApiMetrics.MessagesTaken.Add(1);
        return now;
    }
}
