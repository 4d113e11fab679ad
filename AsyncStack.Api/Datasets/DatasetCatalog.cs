using AsyncStack.Api.Requests;
using AsyncStack.Core.Database;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Storage;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Api.Datasets;

/// <summary>Lists and removes datasets.</summary>
internal sealed class DatasetCatalog(NpgsqlDataSource database, IObjectStorage storage)
{
    private const int JobsNamed = 10;

    private const string ListSql = $"""
        select {Dataset.SqlColumns} from datasets
        where ($1::text is null or owner_id = $1) and ($2::text is null or status = $2) and ($3::text is null or format = $3)
          and ($4::uuid is null or id < $4)
        order by id desc limit $5
        """;

    /// <summary>One item more than the page holds, newest first.</summary>
    public async Task<List<Dataset>> ListAsync(HttpRequest request, Paging page, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ListSql);
        foreach (var name in (ReadOnlySpan<string>)["owner_id", "status", "format"])
        {
            var text = request.Query[name].ToString();
            command.Parameters.Add(new NpgsqlParameter { Value = text.Length == 0 ? DBNull.Value : text, NpgsqlDbType = NpgsqlDbType.Text });
        }

        command.Parameters.Add(new NpgsqlParameter { Value = (object?)page.Before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = page.Limit + 1 });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var datasets = new List<Dataset>();
        while (await rows.ReadAsync(cancellationToken))
        {
            datasets.Add(Dataset.Read(rows));
        }

        return datasets;
    }

    /// <summary>Removes a dataset unless jobs work on it. The object goes after the row: what a crash leaves between is the cleaner's.</summary>
    /// <returns>The jobs that stand against it, or that it is gone; null when there is none.</returns>
    public async Task<(bool Gone, List<Guid> Jobs)?> DeleteAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var find = new NpgsqlCommand("select storage_uri from datasets where id = $1 for update", connection);
        find.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        if (await find.ExecuteScalarAsync(cancellationToken) is not string uri)
        {
            return null;
        }

        if (await FindJobsAsync(connection, id, cancellationToken) is { Count: > 0 } jobs)
        {
            return (false, jobs);
        }

        await using var delete = new NpgsqlCommand("delete from datasets where id = $1", connection);
        delete.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await delete.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await storage.DeleteAsync(ObjectUri.Parse(uri), cancellationToken);
        return (true, []);
    }

    // A validation that has said what it found is about to end and looks at nothing any more.
    private static async Task<List<Guid>> FindJobsAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select id from jobs
            where dataset_ids @> array[$1] and state in ('scheduled', 'queued', 'running')
                and (job_type <> '{JobTypes.ValidateDataset.Name}' or exists (
                    select from datasets where id = $1 and status in ('{DatasetStatus.Uploaded}', '{DatasetStatus.Validating}')))
            order by id limit {JobsNamed}
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return await command.ReadIdsAsync(cancellationToken);
    }
}
