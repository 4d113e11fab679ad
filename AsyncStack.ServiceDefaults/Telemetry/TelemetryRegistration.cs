using AsyncStack.ServiceDefaults.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AsyncStack.ServiceDefaults.Telemetry;

internal static class TelemetryRegistration
{
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Metrics are always collected, for <c>/metrics</c>. Traces exist, and anything is pushed, only with an OTLP
    /// endpoint: without one, no span is made on the hot path and the trace context still travels.
    /// </summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        // .NET 10 leaves the http.* attributes to instrumentation packages unless told otherwise.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        builder.AddConsoleLogs();
        builder.Services.AddOptions<TelemetryOptions>();
        builder.Services.AddSingleton<HttpInstruments>();
        builder.Services.AddSingleton<ProcessInstruments>();
        builder.Services.AddSingleton<PrometheusExporter>();
        builder.Services.AddSingleton(BuildMeterProvider);
        builder.Services.AddHostedService<TelemetryHost>();
        if (!HasOtlp(builder.Configuration))
            return;
        builder.Services.AddSingleton(BuildTracerProvider);
        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.IncludeFormattedMessage = true;
            logs.IncludeScopes = true;
            logs.SetResourceBuilder(Resource(builder.Environment));
            logs.AddOtlpExporter();
        });
    }

    private static bool HasOtlp(IConfiguration configuration) => !string.IsNullOrWhiteSpace(configuration[OtlpEndpoint]);

    private static MeterProvider BuildMeterProvider(IServiceProvider services)
    {
        var otlp = HasOtlp(services.GetRequiredService<IConfiguration>());
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(own => UseAppConfiguration(own, services))
            .SetResourceBuilder(Resource(services.GetRequiredService<IHostEnvironment>()))
            .SetExemplarFilter(otlp ? ExemplarFilterType.TraceBased : ExemplarFilterType.AlwaysOff)
            .AddMeter([.. services.GetRequiredService<IOptions<TelemetryOptions>>().Value.Meters])
            .AddReader(new BaseExportingMetricReader(services.GetRequiredService<PrometheusExporter>()));
        if (otlp)
            builder.AddOtlpExporter();
        return builder.Build();
    }

    private static TracerProvider BuildTracerProvider(IServiceProvider services) =>
        Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(own => UseAppConfiguration(own, services))
            .SetResourceBuilder(Resource(services.GetRequiredService<IHostEnvironment>()))
            .AddSource([.. services.GetRequiredService<IOptions<TelemetryOptions>>().Value.Sources])
            .AddProcessor(new BackgroundCalls())
            .AddOtlpExporter()
            .Build();

    /// <summary>The OTEL_* variables are read from the service's configuration, of which the environment is a part.</summary>
    private static void UseAppConfiguration(IServiceCollection own, IServiceProvider services) =>
        own.AddSingleton(services.GetRequiredService<IConfiguration>());

    /// <summary>OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last and win over the application's name.</summary>
    private static ResourceBuilder Resource(IHostEnvironment environment) =>
        ResourceBuilder.CreateEmpty()
            .AddService(environment.ApplicationName)
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
}
