using AsyncStack.Core.Counters;
using StackExchange.Redis;

namespace AsyncStack.Api.Stats;

/// <summary>Reads what Redis holds.</summary>
internal sealed class RedisCounts(IConnectionMultiplexer redis)
{
    /// <summary>How many keys there are, and the totals over all processes.</summary>
    /// <exception cref="StatsMissingException">Redis is away.</exception>
    public async Task<(long Keys, IReadOnlyDictionary<Counter, long> Totals)> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var server = redis.GetEndPoints().Select(e => redis.GetServer(e)).FirstOrDefault(s => s is { IsConnected: true, IsSlave: false })
                ?? throw new StatsMissingException("Redis is not connected");
            var keys = server.DatabaseSizeAsync();
            var totals = await SharedCounters.ReadAsync(redis.GetDatabase()).WaitAsync(cancellationToken);
            return (await keys.WaitAsync(cancellationToken), totals);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            throw new StatsMissingException("Redis does not answer");
        }
    }
}
