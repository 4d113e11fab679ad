using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Runtime;

namespace AsyncStack.Hosting.Running;

/// <summary>Starts a project or another program.</summary>
internal sealed class ProgramLaunch(IResource resource, ResourceValues values, HealthProbes probes, IProgramRunner runner) : ILaunch
{
    private static readonly string DotnetProgram = FindDotnet();

    public async Task<LaunchedReplica> StartAsync(int replica, Action<string, bool> log, CancellationToken cancellationToken)
    {
        var environment = await values.EnvironmentAsync(resource, replica, InitialEnvironment(replica), cancellationToken);
        var arguments = await ResourceValues.ArgumentsAsync(resource, replica, cancellationToken);
        if (resource is ProjectResource)
            AddListeningAddresses(environment, replica);
        var running = await runner.StartAsync(Program(replica, arguments, environment, log), cancellationToken);
        return new LaunchedReplica(running, probes.For(resource, replica));
    }

    private ProgramStart Program(int replica, List<string> arguments, Dictionary<string, string> environment, Action<string, bool> log)
    {
        var name = resource.GetReplicaCount() == 1 ? resource.Name : $"{resource.Name}-{replica}";
        if (resource is ExecutableResource executable)
            return new ProgramStart(name, executable.Command, executable.WorkingDirectory, arguments, environment, log);

        resource.TryGetLastAnnotation<ProjectMetadataAnnotation>(out var project);
        var assembly = project!.Metadata.TargetPath ?? UsualTarget(project.Metadata.ProjectPath);
        if (!File.Exists(assembly))
            throw new DistributedApplicationException($"Project '{resource.Name}' is not built: '{assembly}' is not there. Build it with: dotnet build {project.Metadata.ProjectPath}");
        return new ProgramStart(name, DotnetProgram, Path.GetDirectoryName(project.Metadata.ProjectPath)!, [assembly, .. arguments], environment, log);
    }

    private Dictionary<string, object> InitialEnvironment(int replica)
    {
        var environment = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["OTEL_SERVICE_NAME"] = resource.Name,
            ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={resource.Name}-{replica}-{Guid.NewGuid().ToString("N")[..8]}",
        };
        if (resource is ProjectResource)
        {
            environment["ASPNETCORE_ENVIRONMENT"] = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? "Development";
            environment["DOTNET_ENVIRONMENT"] = Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? "Development";
        }

        return environment;
    }

    // Kestrel ignores its URLs, loudly, once endpoints are configured one by one; endpoints with a variable of their own are the program's to open.
    private void AddListeningAddresses(Dictionary<string, string> environment, int replica)
    {
        if (environment.ContainsKey("ASPNETCORE_URLS") || environment.Keys.Any(k => k.StartsWith("Kestrel__Endpoints__", StringComparison.OrdinalIgnoreCase)))
            return;
        var addresses = resource.GetAnnotations<EndpointAnnotation>()
            .Where(e => e.IsHttp && e.TargetPortEnvironmentVariable is null)
            .Select(e => $"{e.UriScheme}://{EndpointAllocation.Address}:{ResourceValues.ListeningPort(e, replica)}")
            .ToList();
        if (addresses.Count > 0)
            environment["ASPNETCORE_URLS"] = string.Join(';', addresses);
    }

    private static string UsualTarget(string projectPath)
    {
        // bin/<Configuration>/<framework>/ of the AppHost tells which build of the project belongs to it.
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(
            Path.GetDirectoryName(projectPath)!, "bin", own.Parent?.Name ?? "Debug", own.Name, $"{Path.GetFileNameWithoutExtension(projectPath)}.dll");
    }

    // The runtime that runs us lies in <dotnet>/shared/Microsoft.NETCore.App/<version>.
    private static string FindDotnet()
    {
        var shared = Path.GetDirectoryName(typeof(object).Assembly.Location);
        var program = shared is null ? null : Path.GetFullPath(Path.Combine(shared, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        return File.Exists(program) ? program : "dotnet";
    }
}
