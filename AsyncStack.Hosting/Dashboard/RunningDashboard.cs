using AsyncStack.Hosting.Dashboard.Access;

namespace AsyncStack.Hosting.Dashboard;

/// <summary>What the terminal and <c>run.json</c> tell of the dashboard.</summary>
internal sealed class RunningDashboard(DashboardHost host, LoginLink link, ProgramTelemetry telemetry)
{
    /// <summary>What a person in front of the terminal has to know, a line each.</summary>
    public IReadOnlyList<string> Notices => host.Notices;

    /// <summary>The login link that is good now, then each that follows it; none without a dashboard.</summary>
    public IAsyncEnumerable<string> LinksAsync(CancellationToken cancellationToken) => link.WatchAsync(cancellationToken);

    /// <summary>Its entry in <c>run.json</c>, which only its owner may read; null without a dashboard.</summary>
    public object? Entry() => host.Ports is not { } ports
        ? null
        : new
        {
            ports.Url,
            LoginUrl = link.Current,
            Otlp = new { Grpc = ports.OtlpGrpcUrl, Http = ports.OtlpHttpUrl, Headers = $"{ProgramTelemetry.KeyHeader}={telemetry.ApiKey}" },
        };
}
