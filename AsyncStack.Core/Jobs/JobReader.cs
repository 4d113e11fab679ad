using Npgsql;

namespace AsyncStack.Core.Jobs;

/// <summary>Reads jobs as callers see them.</summary>
public sealed class JobReader(NpgsqlDataSource database)
{
    /// <summary>The job that its submitter knows by this correlation id, or null.</summary>
    public Task<Job?> FindByCorrelationAsync(string correlationId, CancellationToken cancellationToken) =>
        FindAsync("correlation_id = $1", new NpgsqlParameter<string> { TypedValue = correlationId }, cancellationToken);

    /// <summary>The job with this id, or null.</summary>
    public Task<Job?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        FindAsync("id = $1", new NpgsqlParameter<Guid> { TypedValue = id }, cancellationToken);

    private async Task<Job?> FindAsync(string where, NpgsqlParameter parameter, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Job.Columns} from jobs where {where}");
        command.Parameters.Add(parameter);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Job.Read(rows) : null;
    }
}
