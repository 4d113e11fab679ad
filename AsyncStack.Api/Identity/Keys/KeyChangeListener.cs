using AsyncStack.Core.Database;
using Npgsql;

namespace AsyncStack.Api.Identity.Keys;

/// <summary>Hears of changed keys, so that a revoked one is refused at once by every replica.</summary>
internal sealed class KeyChangeListener(NpgsqlDataSource database, KeyCache cache, TimeProvider time, ILogger<KeyChangeListener> logger)
    : NotificationListener(database, [KeyTable.Channel], time, logger)
{
    protected override void Listening() => cache.SetTold(true);

    protected override void Interrupted() => cache.SetTold(false);

    protected override void Hear(string channel, string payload) => cache.Forget(payload);
}
