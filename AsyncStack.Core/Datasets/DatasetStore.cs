using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Core.Datasets;

/// <summary>
/// Reads datasets, and writes what a worker finds in them. A worker's write is fenced by its job and attempt: when the job has been
/// given to another worker meanwhile, was canceled or has ended, or the dataset is gone, nothing is written and the answer is false.
/// </summary>
public sealed class DatasetStore(NpgsqlDataSource database, TimeProvider time)
{
    // The lock makes a rescue wait that would hand the job to another worker between this look and the commit.
    private const string Fenced = """
        with fence as (
            select 1 from jobs where id = @job_id and attempt = @attempt and state = 'running' for share
        )
        update datasets set updated_at = @now,
        """;

    private const string Where = " where id = @id and exists (select from fence)";

    private const string ValidatingSql = $"{Fenced} status = '{DatasetStatus.Validating}', error_message = null {Where}";

    private const string ReadySql = $"""
        {Fenced} status = '{DatasetStatus.Ready}', error_message = null, row_count = @rows, column_count = @column_count,
            columns = @columns, delimiter = @delimiter, encoding = @encoding,
            size_bytes = coalesce(@size, size_bytes), sha256 = coalesce(@sha256, sha256)
        {Where}
        """;

    private const string FailedSql = $"""
        {Fenced} status = '{DatasetStatus.Failed}', error_message = @error, row_count = null, column_count = null,
            columns = null, delimiter = null, encoding = null
        {Where}
        """;

    /// <summary>The dataset with this id, or null.</summary>
    public async Task<Dataset?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Dataset.SqlColumns} from datasets where id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Dataset.Read(rows) : null;
    }

    /// <summary>A worker's attempt begins to read the dataset.</summary>
    public Task<bool> MarkValidatingAsync(Guid id, Guid jobId, int attempt, CancellationToken cancellationToken) =>
        WriteAsync(ValidatingSql, id, jobId, attempt, [], cancellationToken);

    /// <summary>A worker's attempt has read the dataset to its end.</summary>
    public Task<bool> MarkReadyAsync(Guid id, Guid jobId, int attempt, DatasetFacts facts, CancellationToken cancellationToken) =>
        WriteAsync(
            ReadySql,
            id,
            jobId,
            attempt,
            [
                Value("rows", NpgsqlDbType.Bigint, facts.RowCount),
                Value("column_count", NpgsqlDbType.Integer, facts.Columns.Count),
                Value("columns", NpgsqlDbType.Json, JsonSerializer.Serialize(facts.Columns, DatasetJson.Default.IReadOnlyListDatasetColumn)),
                Value("delimiter", NpgsqlDbType.Text, facts.Delimiter),
                Value("encoding", NpgsqlDbType.Text, facts.Encoding),
                Value("size", NpgsqlDbType.Bigint, facts.SizeBytes),
                Value("sha256", NpgsqlDbType.Bytea, facts.Sha256),
            ],
            cancellationToken);

    /// <summary>A worker's attempt has found why the dataset cannot be read.</summary>
    public Task<bool> MarkFailedAsync(Guid id, Guid jobId, int attempt, string error, CancellationToken cancellationToken) =>
        WriteAsync(FailedSql, id, jobId, attempt, [Value("error", NpgsqlDbType.Text, error.Replace('\0', '\uFFFD'))], cancellationToken);

    private async Task<bool> WriteAsync(
        string sql, Guid id, Guid jobId, int attempt, NpgsqlParameter[] values, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("job_id", jobId);
        command.Parameters.AddWithValue("attempt", attempt);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        command.Parameters.AddRange(values);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static NpgsqlParameter Value(string name, NpgsqlDbType type, object? value) => new(name, type) { Value = value ?? DBNull.Value };
}
