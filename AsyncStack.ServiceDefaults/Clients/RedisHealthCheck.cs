using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace AsyncStack.ServiceDefaults.Clients;

internal sealed class RedisHealthCheck(IConnectionMultiplexer redis) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (RedisConnectionException)
        {
            return new(context.Registration.FailureStatus, "Redis does not answer");
        }
    }
}
