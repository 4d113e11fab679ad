using System.Collections.Concurrent;

[assembly: AssemblyFixture(typeof(AsyncStack.Publishing.Tests.Support.ChartFixture))]

namespace AsyncStack.Publishing.Tests.Support;

/// <summary>The chart, published once, and what Helm makes of it with each set of values.</summary>
public sealed class ChartFixture : IAsyncLifetime
{
    /// <summary>Files in Values/.</summary>
    public static readonly string[] ValuesSets = ["default", "upgrade", "minimal", "production", "everything", "operators"];

    private readonly ConcurrentDictionary<(string Values, int Helm, string Release), Lazy<Task<string>>> _rendered = new();
    private Publication? _chart;

    public string Folder => Chart.Folder;

    internal Publication Chart => _chart!;

    public async ValueTask InitializeAsync() => _chart = await Publication.WriteAsync("helm");

    public ValueTask DisposeAsync()
    {
        _chart?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The manifests with a set of values.</summary>
    internal async Task<Manifests> RenderAsync(string values, int helm = 4, string release = "asyncstack") => Manifests.Parse(await TextAsync(values, helm, release));

    internal Task<string> TextAsync(string values, int helm, string release = "asyncstack") =>
        _rendered.GetOrAdd((values, helm, release), key => new(() => TemplateAsync(key.Values, key.Helm, key.Release))).Value;

    internal static string ValuesFile(string values) => Path.Combine(AppContext.BaseDirectory, "Values", $"{values}.yaml");

    private async Task<string> TemplateAsync(string values, int helm, string release) => (await Programs.RunAsync(
        await Tools.HelmAsync(helm), ["template", release, Folder, "--namespace", "asyncstack", "--values", ValuesFile(values), .. values == "upgrade" ? ["--is-upgrade"] : Array.Empty<string>()])).Succeeded();
}
