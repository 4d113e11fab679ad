using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Hosting.Dashboard;

/// <summary>
/// The dashboard of a run, from the AppHost's configuration, section <c>Dashboard</c> (<c>--Dashboard:Port=9000</c>,
/// <c>Dashboard__Port=9000</c>). <see cref="DistributedApplicationOptions.DisableDashboard"/> turns it off as well.
/// </summary>
public sealed class DashboardOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Dashboard";

    internal const int UsualPort = 18888;
    internal const int UsualOtlpGrpcPort = 18889;
    internal const int UsualOtlpHttpPort = 18890;

    /// <summary>Whether there is a dashboard; true unless stated.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Port of the pages, on loopback. 18888 unless stated; a free one in graphs that are thrown away. 0 is a free one. A port that
    /// is taken is replaced by a free one, which the terminal tells.
    /// </summary>
    [Range(0, 65_535)]
    public int? Port { get; set; }

    /// <summary>Port of OTLP over gRPC (HTTP/2 without TLS), on loopback; 18889 unless stated, otherwise as <see cref="Port"/>.</summary>
    [Range(0, 65_535)]
    public int? OtlpGrpcPort { get; set; }

    /// <summary>Port of OTLP over HTTP, on loopback; 18890 unless stated, otherwise as <see cref="Port"/>.</summary>
    [Range(0, 65_535)]
    public int? OtlpHttpPort { get; set; }

    /// <summary>
    /// What senders of telemetry have to give as the header <c>x-otlp-api-key</c>: 16 to 128 letters, digits, hyphens or underscores.
    /// Random and kept with the checkout unless stated.
    /// </summary>
    [RegularExpression("^[A-Za-z0-9_-]{16,128}$")]
    public string? OtlpApiKey { get; set; }
}
