using AsyncStack.Core.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Api.Datasets;

/// <summary>
/// Removes what uploads leave that nobody ended: rows whose signed URL has expired, objects without a row. Also fails datasets whose
/// job ended without a word about them (canceled, timed out, out of attempts). One replica at a time.
/// </summary>
internal sealed class DatasetCleaner(
    NpgsqlDataSource database, IObjectStorage storage, IOptions<DatasetOptions> options, TimeProvider time, ILogger<DatasetCleaner> logger)
    : BackgroundService
{
    private const long Leader = 0x6461_7461_7365_7473;
    private const int Batch = 1000;

    // An upload that is completed meanwhile has its row changed, and stays.
    private const string AwaitedSql = "delete from datasets where upload_expires_at < $1 returning storage_uri";

    private const string UnreadSql = """
        update datasets d set status = 'failed', updated_at = $1, error_message = 'The file could not be read: ' || coalesce(j.error_message, 'its job was ' || j.state) || '.'
        from jobs j
        where d.status in ('uploaded', 'validating') and d.upload_expires_at is null
          and j.dataset_ids @> array[d.id] and j.job_type = 'dataset.validate' and j.state in ('failed', 'canceled')
        """;

    /// <summary>One pass; does nothing while another replica is at it.</summary>
    public async Task<(int Awaited, int Orphans, int Unread)> CleanOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var lead = new NpgsqlCommand($"select pg_try_advisory_xact_lock({Leader})", connection);
        if (await lead.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return default;
        }

        var done = (await RemoveAwaitedAsync(cancellationToken), await RemoveOrphansAsync(cancellationToken), await FailUnreadAsync(cancellationToken));
        if (done is not (0, 0, 0))
        {
            Log.DatasetsCleaned(logger, done.Item1, done.Item2, done.Item3);
        }

        return done;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CleanInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryCleanAsync(stoppingToken);
        }
    }

    private async Task TryCleanAsync(CancellationToken stoppingToken)
    {
        try
        {
            await CleanOnceAsync(stoppingToken);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            Log.CleaningFailed(logger, exception.Message);
        }
    }

    private async Task<int> RemoveAwaitedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AwaitedSql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        var uris = new List<ObjectUri>();
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                uris.Add(ObjectUri.Parse(rows.GetString(0)));
            }
        }

        foreach (var uri in uris)
        {
            await storage.DeleteAsync(uri, cancellationToken);
        }

        return uris.Count;
    }

    private async Task<int> RemoveOrphansAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - options.Value.OrphanAfter;
        var removed = 0;
        var old = storage.ListAsync(StorageBuckets.Datasets, cancellationToken: cancellationToken).Where(o => o.LastModified < before);
        await foreach (var objects in old.Chunk(Batch).WithCancellation(cancellationToken))
        {
            var known = await FindKnownAsync([.. objects.Select(o => o.Uri.ToString())], cancellationToken);
            foreach (var orphan in objects.Where(o => !known.Contains(o.Uri.ToString())))
            {
                await storage.DeleteAsync(orphan.Uri, cancellationToken);
                removed++;
            }
        }

        return removed;
    }

    // By id, which the address holds: ids are indexed, addresses are not.
    private async Task<HashSet<string>> FindKnownAsync(string[] uris, CancellationToken cancellationToken)
    {
        var ids = uris.Select(u => u.Split('/')).Where(p => p.Length > 4).Select(p => Guid.TryParse(p[4], out var id) ? id : Guid.Empty).ToArray();
        await using var command = database.CreateCommand("select storage_uri from datasets where id = any($1)");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var known = new HashSet<string>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
        {
            known.Add(rows.GetString(0));
        }

        return known;
    }

    private async Task<int> FailUnreadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(UnreadSql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
