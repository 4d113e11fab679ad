using System.Data.Common;
using System.Diagnostics;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Outbox;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Api.Resources;

/// <summary>Reads and changes resources.</summary>
internal sealed class ResourceStore(NpgsqlDataSource database, KeyedAnswers keys, OrderedOutboxSignal signal, TimeProvider time)
{
    private const string FindSql = $"select {Resource.SqlColumns} from resources where id = @id";

    private const string ListSql = $"""
        select {Resource.SqlColumns} from resources
        where id < coalesce(@before, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
        order by id desc limit @limit
        """;

    /// <summary>Adds a resource; with a key, only if its request is the first.</summary>
    /// <param name="request">What it is.</param>
    /// <param name="key">The key of the request, or null.</param>
    /// <param name="answer">Makes the answer that is kept with the key.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<(AcceptOutcome Outcome, JobAnswer Answer)> CreateAsync(
        ResourceRequest request, IdempotencyKey? key, Func<Resource, JobAnswer> answer, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // The statement is a transaction of its own; only a key needs a longer one.
        await using var transaction = key is null ? null : await connection.BeginTransactionAsync(cancellationToken);
        if (key is not null && await keys.FindAsync(connection, key, cancellationToken) is { } earlier)
        {
            return (earlier, default);
        }

        await using var command = Change(ResourceChanges.Create, Guid.CreateVersion7(time.GetUtcNow()), request);
        command.Connection = connection;
        var created = answer((await ReadOneAsync(command, cancellationToken))!);
        if (transaction is not null)
        {
            await keys.KeepAsync(connection, key!, created, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        signal.Wake();
        return (new AcceptOutcome.Accepted(), created);
    }

    /// <summary>The resource with this id, or null.</summary>
    public async Task<Resource?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        return await ReadOneAsync(command, cancellationToken);
    }

    /// <summary>One item more than the page holds, newest first.</summary>
    public async Task<List<Resource>> ListAsync(Paging page, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ListSql);
        command.Parameters.Add(Nullable("before", NpgsqlDbType.Uuid, page.Before));
        command.Parameters.Add(new NpgsqlParameter<int>("limit", page.Limit + 1));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var resources = new List<Resource>();
        while (await rows.ReadAsync(cancellationToken))
        {
            resources.Add(Resource.Read(rows));
        }

        return resources;
    }

    /// <summary>Replaces all that a caller may say of a resource.</summary>
    public Task<ChangeOutcome> ReplaceAsync(Guid id, ResourceRequest request, Preconditions conditions, CancellationToken cancellationToken) =>
        ChangeAsync(Change(ResourceChanges.Replace, id, request), id, conditions, cancellationToken);

    /// <summary>Removes a resource.</summary>
    public Task<ChangeOutcome> DeleteAsync(Guid id, Preconditions conditions, CancellationToken cancellationToken) =>
        ChangeAsync(Change(ResourceChanges.Delete, id, null), id, conditions, cancellationToken);

    private async Task<ChangeOutcome> ChangeAsync(NpgsqlCommand change, Guid id, Preconditions conditions, CancellationToken cancellationToken)
    {
        await using (change)
        {
            // No version is in an empty list, so that nothing meets If-None-Match: *.
            change.Parameters.Add(Nullable("match", NpgsqlDbType.Array | NpgsqlDbType.Bigint, conditions.NoneMatchesAny ? [] : conditions.Match));
            change.Parameters.Add(Nullable("none_match", NpgsqlDbType.Array | NpgsqlDbType.Bigint, conditions.NoneMatch));
            change.Connection = await database.OpenConnectionAsync(cancellationToken);
            await using (change.Connection)
            {
                if (await ReadOneAsync(change, cancellationToken) is { } changed)
                {
                    signal.Wake();
                    return new ChangeOutcome.Changed(changed);
                }
            }
        }

        return await FindAsync(id, cancellationToken) is { } current ? new ChangeOutcome.ConditionFailed(current.Version) : new ChangeOutcome.NotFound();
    }

    private NpgsqlCommand Change(string sql, Guid id, ResourceRequest? request)
    {
        var now = time.GetUtcNow();
        var command = new NpgsqlCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", id));
        command.Parameters.Add(new NpgsqlParameter<Guid>("event_id", Guid.CreateVersion7(now)));
        command.Parameters.Add(Nullable("trace", NpgsqlDbType.Text, Activity.Current?.Id));
        if (request is not null)
        {
            command.Parameters.Add(new NpgsqlParameter<string>("name", request.Name));
            command.Parameters.Add(Nullable("description", NpgsqlDbType.Text, request.Description));
            command.Parameters.Add(new NpgsqlParameter<string>("status", request.Status));
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", now));
        }

        return command;
    }

    private static async Task<Resource?> ReadOneAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using DbDataReader rows = await command.ExecuteReaderAsync(cancellationToken);
        var resource = await rows.ReadAsync(cancellationToken) ? Resource.Read(rows) : null;
        // Only past its end has a statement that is its own transaction been committed.
        await rows.NextResultAsync(cancellationToken);
        return resource;
    }

    private static NpgsqlParameter Nullable(string name, NpgsqlDbType type, object? value) => new(name, type) { Value = value ?? DBNull.Value };
}

/// <summary>What became of a change.</summary>
internal abstract record ChangeOutcome
{
    private ChangeOutcome()
    {
    }

    /// <summary>Committed; a deleted resource as it was last.</summary>
    public sealed record Changed(Resource Resource) : ChangeOutcome;

    /// <summary>The resource is at this version, which <c>If-Match</c> or <c>If-None-Match</c> does not allow.</summary>
    public sealed record ConditionFailed(long Version) : ChangeOutcome;

    /// <summary>There is none.</summary>
    public sealed record NotFound : ChangeOutcome;
}
