using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Api.Workers;

/// <summary>A worker.</summary>
/// <param name="Id">A new one with every start.</param>
/// <param name="Host">The machine it runs on.</param>
/// <param name="Pid">Its process there.</param>
/// <param name="Version">The version of its program; null when it did not say.</param>
/// <param name="StartedAt">Since when it runs.</param>
/// <param name="HeartbeatAt">Its last heartbeat; null when it did not say.</param>
/// <param name="Alive">Whether its lease lasts; the jobs of one that is not alive are run elsewhere.</param>
/// <param name="Capacity">Jobs it runs at once at the most; instant ones do not count.</param>
/// <param name="Jobs">What it runs now, instant jobs left out; the one that runs longest first.</param>
internal sealed record WorkerView(
    Guid Id,
    string Host,
    int Pid,
    string? Version,
    DateTimeOffset StartedAt,
    DateTimeOffset? HeartbeatAt,
    bool Alive,
    int Capacity,
    List<RunningJobView> Jobs);

/// <summary>A job that runs.</summary>
/// <param name="Id">The job.</param>
/// <param name="JobType">What it is.</param>
/// <param name="Attempt">Which attempt it is, from 1.</param>
/// <param name="StartedAt">Since when the attempt runs.</param>
/// <param name="Progress">From 0 to 1.</param>
internal sealed record RunningJobView(Guid Id, string JobType, int Attempt, DateTimeOffset? StartedAt, double Progress);

/// <summary>Reads who works, and on what.</summary>
internal sealed class WorkerList(NpgsqlDataSource database)
{
    private const string WorkersSql = """
        select id, host, pid, version, started_at, heartbeat_at, lease_until > clock_timestamp(), slots from workers
        where @before is null or id < @before order by id desc limit @limit
        """;

    private const string JobsSql = """
        select worker_id, id, job_type, attempt, started_at, progress from jobs
        where state = 'running' and worker_id = any(@workers) order by started_at
        """;

    /// <summary>The one started last first, one more than the page holds.</summary>
    public async Task<List<WorkerView>> ReadAsync(Paging paging, CancellationToken cancellationToken)
    {
        var workers = await ReadWorkersAsync(paging, cancellationToken);
        await using var command = database.CreateCommand(JobsSql);
        command.Parameters.AddWithValue("workers", workers.Select(w => w.Id).ToArray());
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var byId = workers.ToDictionary(w => w.Id);
        while (await rows.ReadAsync(cancellationToken))
        {
            byId[rows.GetGuid(0)].Jobs.Add(new RunningJobView(
                rows.GetGuid(1),
                rows.GetString(2),
                rows.GetInt32(3),
                rows.IsDBNull(4) ? null : rows.GetFieldValue<DateTimeOffset>(4),
                Math.Round(rows.GetFloat(5), 4)));
        }

        return workers;
    }

    private async Task<List<WorkerView>> ReadWorkersAsync(Paging paging, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WorkersSql);
        command.Parameters.AddWithValue("before", NpgsqlDbType.Uuid, (object?)paging.Before ?? DBNull.Value);
        command.Parameters.AddWithValue("limit", paging.Limit + 1);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var workers = new List<WorkerView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            workers.Add(new WorkerView(
                rows.GetGuid(0),
                rows.GetString(1),
                rows.GetInt32(2),
                rows.IsDBNull(3) ? null : rows.GetString(3),
                rows.GetFieldValue<DateTimeOffset>(4),
                rows.IsDBNull(5) ? null : rows.GetFieldValue<DateTimeOffset>(5),
                rows.GetBoolean(6),
                rows.GetInt32(7),
                []));
        }

        return workers;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<WorkerView>))]
internal sealed partial class WorkersJson : JsonSerializerContext;
