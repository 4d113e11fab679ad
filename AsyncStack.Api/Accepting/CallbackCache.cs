using StackExchange.Redis;

namespace AsyncStack.Api.Accepting;

/// <summary>
/// Keeps <c>callback:{correlation_id}</c> in Redis for an hour, for programs that look the address up there.
/// Postgres is the authority: a flushed or stopped Redis loses nothing and delays nobody.
/// </summary>
internal sealed class CallbackCache(IConnectionMultiplexer redis)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Writes one address without waiting.</summary>
    public void Remember(string correlationId, string callbackUrl)
    {
        try
        {
            if (redis.IsConnected)
            {
                redis.GetDatabase().StringSet("callback:" + correlationId, callbackUrl, Lifetime, When.Always, CommandFlags.FireAndForget);
            }
        }
        catch (Exception)
        {
            // As below.
            ApiMetrics.CallbackCacheFailures.Add(1);
        }
    }

    /// <summary>Writes the addresses without waiting.</summary>
    public void Remember(IReadOnlyList<Submission> jobs)
    {
        if (!redis.IsConnected)
        {
            return;
        }

        try
        {
            var database = redis.GetDatabase();
            foreach (var job in jobs)
            {
                if (job.CallbackUrl is not null)
                {
                    database.StringSet("callback:" + job.CorrelationId, job.CallbackUrl, Lifetime, When.Always, CommandFlags.FireAndForget);
                }
            }
        }
        catch (Exception)
        {
            // The client throws more than its own exceptions while a connection breaks, and the jobs are committed: whatever happens here
            // must not become their answer.
            ApiMetrics.CallbackCacheFailures.Add(1);
        }
    }
}
