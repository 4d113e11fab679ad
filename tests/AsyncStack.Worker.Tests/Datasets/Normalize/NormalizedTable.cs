using System.Text;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Normalize;
using AsyncStack.Worker.Datasets.Reading;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Worker.Tests.Datasets.Normalize;

/// <summary>Files in a folder of their own, and the engine over them.</summary>
internal sealed class NormalizedTable : IDisposable
{
    private static readonly ObjectUri Input = new("datasets", "input.csv");
    private static readonly ObjectUri Target = new(StorageBuckets.JobResults, "job/normalized.csv");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asyncstack-normalize-");
    private readonly DirectoryInfo _spill = Directory.CreateTempSubdirectory("asyncstack-normalize-spill-");
    private readonly IHost _host;

    public NormalizedTable()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            [new("ConnectionStrings:storage", $"Driver=file;Path={_folder.FullName};SigningKey=0123456789abcdef")]);
        builder.AddObjectStorage("storage");
        _host = builder.Build();
    }

    /// <summary>Small blocks make many of them even of a small table.</summary>
    public DatasetReadOptions Options { get; } = new() { BlockBytes = 256, Parallelism = 3 };

    public DatasetFormat Format { get; init; } = DatasetFormat.Csv;

    public long MemoryBytes { get; init; } = 64 << 20;

    public NormalizeSummary? Summary { get; private set; }

    private IObjectStorage Storage => _host.Services.GetRequiredService<IObjectStorage>();

    /// <summary>The result for a table whose columns have the types, a letter each: integer, number, boolean, string.</summary>
    public async Task<string> RunAsync(string csv, string types, NormalizeParams parameters, Action<double>? progress = null, CancellationToken cancellationToken = default)
    {
        await Storage.EnsureBucketAsync(Input.Bucket, CancellationToken.None);
        await Storage.EnsureBucketAsync(Target.Bucket, CancellationToken.None);
        await Storage.PutAsync(Input, new MemoryStream(Encoding.UTF8.GetBytes(csv)), cancellationToken: CancellationToken.None);
        var source = new DatasetSource(Storage, Input, Format);
        var header = await DatasetReader.ReadHeaderAsync(source, Options, CancellationToken.None);
        var columns = header.Columns.Select((name, i) => new DatasetColumn(name, Type(types[i]))).ToArray();
        var plan = NormalizePlan.Resolve(columns, parameters);
        Summary = await new NormalizeRun(source, Options, progress)
            .StoreAsync(plan, new MemoryBudget(MemoryBytes, _spill.FullName), Target, cancellationToken);
        await using var result = await Storage.OpenAsync(Target, cancellationToken: CancellationToken.None);
        using var bytes = new MemoryStream();
        await result.Stream.CopyToAsync(bytes, CancellationToken.None);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>Neither a result, nor a part of one, nor a temporary file.</summary>
    public async Task AssertNothingLeftAsync()
    {
        Assert.Null(await Storage.HeadAsync(Target, CancellationToken.None));
        Assert.DoesNotContain(_folder.GetFiles("*", SearchOption.AllDirectories), f => !f.FullName.Contains("input.csv", StringComparison.Ordinal));
        Assert.Empty(_spill.GetFiles("*", SearchOption.AllDirectories));
    }

    public void Dispose()
    {
        _host.Dispose();
        _folder.Delete(recursive: true);
        _spill.Delete(recursive: true);
    }

    private static string Type(char letter) => letter switch
    {
        'i' => DatasetColumnType.Integers,
        'n' => DatasetColumnType.Numbers,
        'b' => DatasetColumnType.Booleans,
        _ => DatasetColumnType.Strings,
    };
}
