using Npgsql;

namespace AsyncStack.Bench.Graph;

/// <summary>Connection strings of the graph's servers, in the form the services get them.</summary>
/// <param name="Postgres">An Npgsql connection string, with the database.</param>
/// <param name="RabbitMq">An <c>amqp://</c> address.</param>
/// <param name="Redis"><c>host:port</c>, and <c>,password=…</c> where there is one.</param>
internal sealed record ServerAddresses(string Postgres, string RabbitMq, string Redis)
{
    /// <summary>Another database of the same Postgres, as a URL.</summary>
    public string PostgresUrl(string database)
    {
        var parts = new NpgsqlConnectionStringBuilder(Postgres);
        return $"postgresql://{Escape(parts.Username)}:{Escape(parts.Password)}@{parts.Host}:{parts.Port}/{database}";
    }

    /// <summary>A numbered database of the same Redis, as a URL.</summary>
    public string RedisUrl(int database)
    {
        var parts = Redis.Split(',');
        var password = Array.Find(parts, x => x.StartsWith("password=", StringComparison.Ordinal))?["password=".Length..];
        return $"redis://{(password is null ? "" : $":{Escape(password)}@")}{parts[0]}/{database}";
    }

    private static string Escape(string? value) => Uri.EscapeDataString(value ?? "");
}
