using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AsyncStack.Core.Health;

/// <summary>
/// Writes a row of <c>health</c> when the service has started and whenever its own check of what it stands on says
/// something new. What cannot be written while the database is away is written when it is back, with its own time.
/// </summary>
public sealed class HealthLog(
    NpgsqlDataSource database, IConfiguration configuration, IHostEnvironment host, TimeProvider time, ILogger<HealthLog> logger) : IHealthCheckPublisher
{
    private const int MaxUnwritten = 64;

    private const string Sql = """
        insert into health (app, status, pod, time)
        select @app, status, @pod, at from unnest(@statuses, @times) with ordinality as u (status, at, place) order by place
        """;

    private readonly string _app = configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : host.ApplicationName;
    private readonly Queue<(string Status, DateTimeOffset At)> _unwritten = new();
    private string? _status;

    /// <summary>Takes the result of a check; the checks' host calls it for one at a time.</summary>
    public async Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        var status = Describe(report);
        if (status != _status)
        {
            _status = status;
            _unwritten.Enqueue((status, time.GetUtcNow()));
        }

        if (_unwritten.Count > MaxUnwritten)
        {
            _unwritten.Dequeue();
        }

        try
        {
            await WriteAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.HealthNotWritten(logger, _unwritten.Count, exception.Message);
        }
    }

    private static string Describe(HealthReport report)
    {
        var status = report.Status.ToString().ToLowerInvariant();
        var failing = report.Entries.Where(e => e.Value.Status != HealthStatus.Healthy).Select(e => e.Key).Order(StringComparer.Ordinal);
        return report.Status == HealthStatus.Healthy ? status : $"{status}: {string.Join(", ", failing)}";
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (_unwritten.Count == 0)
        {
            return;
        }

        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue("app", _app);
        command.Parameters.AddWithValue("pod", Environment.MachineName);
        command.Parameters.AddWithValue("statuses", _unwritten.Select(u => u.Status).ToArray());
        command.Parameters.AddWithValue("times", _unwritten.Select(u => u.At).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
        _unwritten.Clear();
    }
}
