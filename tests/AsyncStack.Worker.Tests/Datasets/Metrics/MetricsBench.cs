using System.Text.Json;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Metrics;
using AsyncStack.Worker.Datasets.Reading;
using AsyncStack.Worker.Datasets.Validation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Worker.Tests.Datasets.Metrics;

/// <summary>Datasets in a file storage of their own, and the metrics of them.</summary>
internal sealed class MetricsBench : IAsyncDisposable
{
    private const string Bucket = "datasets";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asyncstack-metrics-");
    private readonly IHost _host;

    public MetricsBench()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            [new("ConnectionStrings:storage", $"Driver=file;Path={_folder.FullName};SigningKey=0123456789abcdef")]);
        builder.AddObjectStorage("storage");
        _host = builder.Build();
    }

    /// <summary>What was told of the progress.</summary>
    public List<double> Progress { get; } = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IObjectStorage Storage => _host.Services.GetRequiredService<IObjectStorage>();

    /// <summary>Stores the file and finds its types.</summary>
    public async Task<Dataset> StoreAsync(Stream csv)
    {
        var uri = new ObjectUri(Bucket, $"{Guid.NewGuid()}.csv");
        await Storage.EnsureBucketAsync(Bucket, Token);
        await Storage.PutAsync(uri, csv, cancellationToken: Token);
        var source = new DatasetSource(Storage, uri, DatasetFormat.Csv);
        var header = await DatasetReader.ReadHeaderAsync(source, Reading, Token);
        var types = new TypePass(header.Columns.Count);
        await DatasetReader.ReadAsync(source, Reading, types, ReadRequest.All, Token);
        return new Dataset(Guid.NewGuid(), "o", "t", "csv", uri.ToString(), null, DatasetStatus.Ready, DateTimeOffset.UnixEpoch,
            Columns: [.. header.Columns.Select((name, place) => new DatasetColumn(name, types.TypeOf(place)))]);
    }

    public async Task<JsonElement> MeasureAsync(Dataset dataset, MetricsParams parameters, long budgetBytes = 64 << 20)
    {
        var names = dataset.Columns!.Select(c => c.Name).ToList();
        int[] compared = parameters.Duplicates?.Subset is { } subset ? [.. subset.Select(name => names.IndexOf(name)).Order()] : [.. Enumerable.Range(0, names.Count)];
        var report = new MetricsReport(
            dataset, parameters, compared, Reading, new DatasetMemoryOptions { JobMemoryBytes = budgetBytes, TempPath = _folder.FullName });
        using var content = new MemoryStream();
        await using (var json = new Utf8JsonWriter(content))
        {
            await report.WriteAsync(json, Storage, Progress.Add, Token);
        }

        return JsonDocument.Parse(content.ToArray()).RootElement.GetProperty("metrics");
    }

    /// <summary>Whether temporary files remain.</summary>
    public bool Spilled => _folder.GetFiles("*.spill").Length > 0;

    public ValueTask DisposeAsync()
    {
        _host.Dispose();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static DatasetReadOptions Reading => new() { BlockBytes = 16 << 10 };
}
