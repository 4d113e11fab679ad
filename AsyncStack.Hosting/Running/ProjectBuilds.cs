using System.Collections.Concurrent;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Runtime;

namespace AsyncStack.Hosting.Running;

/// <summary>Builds projects of the running graph again; what the build writes goes to the resource's console.</summary>
internal sealed class ProjectBuilds(IProgramRunner programs, ResourceLoggerService logs, ResourceNotificationService notifications) : IDisposable
{
    private readonly ConcurrentDictionary<string, bool> _underWay = new(StringComparer.OrdinalIgnoreCase);

    // Projects share libraries, and two builds must not write one at the same time.
    private readonly SemaphoreSlim _turn = new(1, 1);

    public bool IsUnderWay(string resource) => _underWay.ContainsKey(resource);

    /// <exception cref="DistributedApplicationException">It is no project, is being built already, or the build failed.</exception>
    public async Task RunAsync(IResource resource, CancellationToken cancellationToken)
    {
        if (!resource.TryGetLastAnnotation<ProjectMetadataAnnotation>(out var project))
            throw new DistributedApplicationException($"Resource '{resource.Name}' is no project, so there is nothing to build.");
        if (!_underWay.TryAdd(resource.Name, true))
            throw new DistributedApplicationException($"Project '{resource.Name}' is being built already.");
        notifications.Republish(resource);
        try
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                await BuildAsync(resource.Name, project.Metadata.ProjectPath, cancellationToken);
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            _underWay.TryRemove(resource.Name, out _);
            notifications.Republish(resource);
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task BuildAsync(string resource, string projectPath, CancellationToken cancellationToken)
    {
        // Build servers that started here would end with the build, and with them other builds that had come to use them.
        string[] arguments = ["build", projectPath, "-c", DotnetProgram.Configuration, "-nologo", "-v:minimal", "-tl:off", "-nodeReuse:false", "-p:UseSharedCompilation=false"];
        logs.Append(resource, $"Building: dotnet {string.Join(' ', arguments)}", isError: false);
        var start = new ProgramStart(
            $"{resource}-build", DotnetProgram.FileName, Path.GetDirectoryName(projectPath)!, arguments, new Dictionary<string, string>(StringComparer.Ordinal),
            (line, isError) => logs.Append(resource, line, isError));
        await using var build = await programs.StartAsync(start, cancellationToken);
        var exitCode = await build.Exited.WaitAsync(cancellationToken);
        logs.Append(resource, exitCode == 0 ? "Built." : $"The build failed with exit code {exitCode}; the process goes on as it was.", isError: exitCode != 0);
        if (exitCode != 0)
            throw new DistributedApplicationException($"The build of project '{resource}' failed with exit code {exitCode}; its console says why. What ran before goes on.");
    }
}
