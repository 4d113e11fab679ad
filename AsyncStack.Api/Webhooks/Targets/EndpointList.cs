using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Api.Webhooks.Targets;

/// <summary>Reads endpoints; the values of their secrets are never read here.</summary>
internal sealed class EndpointList(NpgsqlDataSource database, TimeProvider time)
{
    private const string ListSql = """
        select id, url, created_at, disabled_at, disabled_reason from webhook_endpoints
        where (@before is null or id < @before) and (@id is null or id = @id) and (@url is null or url = @url)
          and (@enabled is null or (disabled_at is null) = @enabled)
        order by id desc limit @limit
        """;

    private const string SecretsSql = """
        select endpoint_id, secret is null, created_at, expires_at from webhook_secrets
        where endpoint_id = any(@ids) and (expires_at is null or expires_at > @now) order by id desc
        """;

    /// <summary>Those that pass the filter, in the order of their ids, one more than the page holds.</summary>
    public Task<List<EndpointView>> ReadAsync(string? url, bool? enabled, Paging paging, CancellationToken cancellationToken) =>
        ReadAsync(null, url, enabled, paging, cancellationToken);

    /// <summary>The endpoint, or null.</summary>
    public async Task<EndpointView?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await ReadAsync(id, null, null, new Paging(1, null), cancellationToken)).SingleOrDefault();

    private async Task<List<EndpointView>> ReadAsync(Guid? id, string? url, bool? enabled, Paging paging, CancellationToken cancellationToken)
    {
        var endpoints = new List<EndpointView>();
        await using (var command = database.CreateCommand(ListSql))
        {
            Add("before", NpgsqlDbType.Uuid, paging.Before);
            Add("id", NpgsqlDbType.Uuid, id);
            Add("url", NpgsqlDbType.Text, url);
            Add("enabled", NpgsqlDbType.Boolean, enabled);
            Add("limit", NpgsqlDbType.Integer, paging.Limit + 1);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                endpoints.Add(Read(rows));
            }

            void Add(string name, NpgsqlDbType type, object? value) => command.Parameters.AddWithValue(name, type, value ?? DBNull.Value);
        }

        await AddSecretsAsync(endpoints, cancellationToken);
        return endpoints;
    }

    private async Task AddSecretsAsync(List<EndpointView> endpoints, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SecretsSql);
        command.Parameters.AddWithValue("ids", endpoints.Select(e => e.Id).ToArray());
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var byId = endpoints.ToDictionary(e => e.Id);
        while (await rows.ReadAsync(cancellationToken))
        {
            byId[rows.GetGuid(0)].Secrets.Add(new SecretView(rows.GetBoolean(1), rows.GetFieldValue<DateTimeOffset>(2), Time(rows, 3)));
        }
    }

    private static EndpointView Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.IsDBNull(3),
        row.GetFieldValue<DateTimeOffset>(2),
        Time(row, 3),
        row.IsDBNull(4) ? null : row.GetString(4),
        []);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
