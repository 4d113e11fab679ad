using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace AsyncStack.ServiceDefaults.Clients;

internal sealed class PostgresHealthCheck(NpgsqlDataSource source) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = source.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (PostgresException refused)
        {
            return new(context.Registration.FailureStatus, $"PostgreSQL refuses with SQLSTATE {refused.SqlState}");
        }
        catch (NpgsqlException)
        {
            return new(context.Registration.FailureStatus, "PostgreSQL does not answer");
        }
    }
}
