namespace AsyncStack.ServiceDefaults.Clients;

/// <summary>Settings of <c>AddRedisClient</c>. Section <c>Aspire:StackExchange:Redis</c>.</summary>
public sealed class StackExchangeRedisSettings : IClientSettings
{
    public const string Section = "Aspire:StackExchange:Redis";

    /// <inheritdoc/>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// Leaves Redis out of <c>/health</c>. Default false; a failing Redis is told there but leaves the service healthy
    /// as long as <c>Health:Optional</c> names it, which is the default.
    /// </summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Makes no spans of commands. Default false; this version of the driver makes none in any case.</summary>
    public bool DisableTracing { get; set; }
}
