using System.Diagnostics;
using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Database;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Outbox;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Api.Datasets;

/// <summary>Commits datasets: the row, the job that reads it, its message and the idempotency key together, published at once.</summary>
internal sealed class DatasetIntake(
    NpgsqlDataSource database,
    KeyedAnswers keys,
    OutboxPublisher outbox,
    TimeProvider time,
    IOptions<DatasetOptions> options,
    IOptions<AcceptOptions> accept)
{
    private const string InsertSql = """
        insert into datasets (id, owner_id, name, format, storage_uri, size_bytes, sha256, status, upload_expires_at, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
        """;

    /// <summary>The time as the database keeps it, to the microsecond, so that the first answer shows what later ones do.</summary>
    public DateTimeOffset Now() => time.GetUtcNow().ToMicroseconds();

    /// <summary>Adds a dataset; with its file there, a job to read it.</summary>
    public async Task<AcceptOutcome> AddAsync(Dataset dataset, IdempotencyKey? key, JobAnswer answer, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (key is not null && await keys.FindAsync(connection, key, cancellationToken) is { } earlier)
        {
            return earlier;
        }

        await InsertAsync(connection, dataset, cancellationToken);
        var messages = dataset.UploadExpiresAt is null ? await AddJobAsync(connection, dataset.Id, cancellationToken) : [];
        if (key is not null)
        {
            await keys.KeepAsync(connection, key, answer, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        Publish(messages);
        return new AcceptOutcome.Accepted();
    }

    /// <summary>The awaited file is there: takes its size and adds the job to read it. False when another request has done so.</summary>
    public async Task<bool> CompleteAsync(Guid id, long size, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var taken = await ExecuteAsync(
            connection,
            "update datasets set size_bytes = $2, upload_expires_at = null, updated_at = $3 where id = $1 and upload_expires_at is not null",
            cancellationToken, id, size, time.GetUtcNow());
        if (taken == 0)
        {
            return false;
        }

        var messages = await AddJobAsync(connection, id, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Publish(messages);
        return true;
    }

    private static Task<int> InsertAsync(NpgsqlConnection connection, Dataset dataset, CancellationToken cancellationToken) => ExecuteAsync(
        connection, InsertSql, cancellationToken,
        dataset.Id, dataset.OwnerId, dataset.Name, dataset.Format, dataset.StorageUri,
        (object?)dataset.SizeBytes ?? DBNull.Value,
        dataset.Sha256 is { } hash ? Convert.FromHexString(hash) : DBNull.Value,
        dataset.Status,
        (object?)dataset.UploadExpiresAt ?? DBNull.Value,
        dataset.CreatedAt);

    private async Task<OutboxMessage[]> AddJobAsync(NpgsqlConnection connection, Guid datasetId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var job = new Submission
        {
            Id = id,
            CorrelationId = id.ToString(),
            JobType = JobTypes.ValidateDataset.Name,
            Payload = $"{{\"dataset_id\":\"{datasetId}\",\"params\":{{}}}}",
            MaxAttempts = accept.Value.DefaultMaxAttempts,
            TimeoutSeconds = (int)options.Value.ValidationTimeout.TotalSeconds,
            TraceParent = Activity.Current?.Id,
            CreatedAt = now,
            DatasetIds = [datasetId],
        };
        var messages = JobMessages.Dispatch([new QueuedJob(job.Id, job.JobType, job.Priority, job.TraceParent)], time).ToArray();
        await using var command = new NpgsqlCommand(AcceptStatement.Plain, connection);
        AcceptStatement.AddParameters(command, [job], messages, now);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return messages;
    }

    private void Publish(OutboxMessage[] messages)
    {
        foreach (var message in messages)
        {
            outbox.Publish(message);
        }
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
