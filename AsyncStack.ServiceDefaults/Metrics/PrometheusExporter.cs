using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace AsyncStack.ServiceDefaults.Metrics;

/// <summary>
/// Turns a collection of the MeterProvider into Prometheus families on demand. Scrapes that come while one is under
/// way share its result.
/// </summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter(ILogger<PrometheusExporter> logger) : BaseExporter<Metric>, IPullMetricExporter
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);
    private Task<IReadOnlyList<MetricFamily>>? _scrape;
    private IReadOnlyList<MetricFamily> _collected = [];

    public Func<int, bool>? Collect { get; set; }

    public Task<IReadOnlyList<MetricFamily>> ScrapeAsync()
    {
        lock (_gate)
        {
            return _scrape is { IsCompleted: false } running ? running : _scrape = Task.Run(CollectFamilies);
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var families = new MetricFamilies(ReportTaken);
        families.AddTarget(ParentProvider.GetResource());
        foreach (var metric in batch)
            families.Add(metric);
        _collected = families.ToList();
        return ExportResult.Success;
    }

    private IReadOnlyList<MetricFamily> CollectFamilies()
    {
        Collect?.Invoke(Timeout.Infinite);
        return _collected;
    }

    private void ReportTaken(Metric metric, string name)
    {
        if (_reported.Add($"{metric.MeterName}/{metric.Name}"))
            Log.MetricNameTaken(logger, metric.Name, metric.MeterName, name);
    }
}
