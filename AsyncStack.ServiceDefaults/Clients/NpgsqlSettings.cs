namespace AsyncStack.ServiceDefaults.Clients;

/// <summary>Settings of <c>AddNpgsqlDataSource</c>. Section <c>Aspire:Npgsql</c>.</summary>
public sealed class NpgsqlSettings : IClientSettings
{
    public const string Section = "Aspire:Npgsql";

    /// <inheritdoc/>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the database out of <c>/health</c>. Default false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Makes no spans of commands. Default false.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Exports no metrics of commands and the pool. Default false.</summary>
    public bool DisableMetrics { get; set; }
}

/// <summary>Settings of <c>AddNpgsqlDbContext</c>. Section <c>Aspire:Npgsql:EntityFrameworkCore:PostgreSQL</c>.</summary>
public sealed class NpgsqlEntityFrameworkCorePostgreSQLSettings : IClientSettings
{
    public const string Section = "Aspire:Npgsql:EntityFrameworkCore:PostgreSQL";

    /// <inheritdoc/>
    public string? ConnectionString { get; set; }

    /// <summary>Fails at the first transient error instead of trying again. Needed by code that opens its own transactions. Default false.</summary>
    public bool DisableRetry { get; set; }

    /// <summary>How long a command may take, in seconds. Default: the connection string's.</summary>
    public int? CommandTimeout { get; set; }

    /// <summary>Leaves the context's database out of <c>/health</c>. Default false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Makes no spans of commands. Default false.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Exports no metrics of commands and the pool. Default false.</summary>
    public bool DisableMetrics { get; set; }
}
