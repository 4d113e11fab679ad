using System.Diagnostics;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Compose;
using AsyncStack.Hosting.Publishing.Graph;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Manifests;
using Microsoft.Extensions.Configuration;

namespace AsyncStack.Hosting.Publishing;

/// <summary><c>--operation publish [--publisher helm|manifests|compose] --output-path DIR</c>: writes what a cluster is given instead of running the graph.</summary>
internal sealed class PublishCommand(IConfiguration configuration, DistributedApplicationModel model, DistributedApplicationExecutionContext execution)
{
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            var publisher = configuration["publisher"] ?? "helm";
            if (configuration["step"] is { } step and not "publish")
                throw new DistributedApplicationException($"'--step {step}' is unknown; 'publish' is the only one.");
            var folder = Path.GetFullPath(configuration["output-path"] ?? throw new DistributedApplicationException("'--output-path' is missing: name the folder to write to."));
            var started = Stopwatch.GetTimestamp();
            var files = Files(publisher, new ApplicationChart(await PublishedGraph.ReadAsync([.. model.Resources], execution, cancellationToken)));
            await OutputFolder.WriteAsync(folder, files, cancellationToken);
            await output.WriteLineAsync($"{files.Count} files in {folder} ({Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms)");
            return 0;
        }
        catch (DistributedApplicationException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return 1;
        }
    }

    private static IReadOnlyDictionary<string, string> Files(string publisher, ApplicationChart application) => publisher switch
    {
        "helm" => HelmPublisher.Files(application),
        "manifests" => ManifestsPublisher.Files(application),
        "compose" => ComposePublisher.Files(application),
        _ => throw new DistributedApplicationException($"'--publisher {publisher}' is unknown; use helm, manifests or compose."),
    };
}
