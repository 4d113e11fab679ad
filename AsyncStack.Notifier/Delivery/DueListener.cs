using AsyncStack.Core.Database;
using AsyncStack.Core.Webhooks;
using Npgsql;

namespace AsyncStack.Notifier.Delivery;

/// <summary>Wakes the due loop when a delivery is replayed.</summary>
internal sealed class DueListener(NpgsqlDataSource database, DueSignal signal, TimeProvider time, ILogger<DueListener> logger)
    : NotificationListener(database, [WebhookSignals.Due], time, logger)
{
    protected override void Listening() => signal.Set();

    protected override void Hear(string channel, string payload) => signal.Set();
}
