using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace AsyncStack.ServiceDefaults.Telemetry;

/// <summary>
/// Starts the providers before the services and flushes them after, all at once: a collector that is away costs one
/// bounded wait, where the container's disposal would wait for each in turn.
/// </summary>
internal sealed class TelemetryHost(IServiceProvider services) : IHostedService
{
    private const int FlushMilliseconds = 3_000;

    private MeterProvider? _metrics;
    private TracerProvider? _traces;
    private LoggerProvider? _logs;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        services.GetRequiredService<ProcessInstruments>();
        _metrics = services.GetRequiredService<MeterProvider>();
        _traces = services.GetService<TracerProvider>();
        _logs = services.GetService<LoggerProvider>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => _traces?.Shutdown(FlushMilliseconds), CancellationToken.None),
        Task.Run(() => _logs?.Shutdown(FlushMilliseconds), CancellationToken.None),
        Task.Run(() => _metrics?.Shutdown(FlushMilliseconds), CancellationToken.None));
}
