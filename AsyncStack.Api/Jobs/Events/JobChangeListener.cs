using AsyncStack.Api.Live;
using AsyncStack.Core.Database;
using AsyncStack.Core.Jobs;
using Npgsql;

namespace AsyncStack.Api.Jobs.Events;

/// <summary>Hears of changed jobs for all streams over one connection; what was missed without it is read when it stands again.</summary>
internal sealed class JobChangeListener(NpgsqlDataSource database, JobFeeds feeds, LiveFeed live, TimeProvider time, ILogger<JobChangeListener> logger)
    : NotificationListener(database, [JobSignals.Changed], time, logger)
{
    protected override void Listening() => feeds.TouchAll(static _ => true);

    protected override void Hear(string channel, string payload)
    {
        if (Guid.TryParse(payload, out var id))
        {
            feeds.Touch(id);
            live.Touch(id);
        }
    }
}
