namespace AsyncStack.ServiceDefaults.Telemetry;

/// <summary>
/// What is listened to. Client libraries are listened to from the start and left out again by their settings, because
/// the official client packages configure only a provider of their own.
/// </summary>
internal sealed class TelemetryOptions
{
    public const string Npgsql = "Npgsql";
    public const string RabbitMQ = "RabbitMQ.Client.*";

    public ISet<string> Sources { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "AsyncStack.*",
        "Microsoft.AspNetCore",
        "System.Net.Http",
        Npgsql,
        RabbitMQ,
    };

    public ISet<string> Meters { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "AsyncStack.*",
        "Microsoft.AspNetCore.Diagnostics",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.RateLimiting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "System.Net.Http",
        "System.Net.NameResolution",
        "System.Runtime",
        Npgsql,
    };
}
