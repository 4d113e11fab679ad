using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard;
using AsyncStack.Hosting.Runtime;

namespace AsyncStack.Hosting.Running;

/// <summary>Starts a project or another program.</summary>
internal sealed class ProgramLaunch(
    IResource resource, ResourceValues values, HealthProbes probes, IProgramRunner runner, ProgramTelemetry telemetry, StartedEnvironments environments) : ILaunch
{
    public async Task<LaunchedReplica> StartAsync(int replica, Action<string, bool> log, CancellationToken cancellationToken)
    {
        var environment = await values.EnvironmentAsync(resource, replica, InitialEnvironment(replica), cancellationToken);
        var arguments = await ResourceValues.ArgumentsAsync(resource, replica, cancellationToken);
        if (resource is ProjectResource)
            AddListeningAddresses(environment, replica);
        environments.Set(resource.Name, replica, environment);
        var running = await runner.StartAsync(Program(replica, arguments, environment, log), cancellationToken);
        return new LaunchedReplica(running, probes.For(resource, replica));
    }

    private ProgramStart Program(int replica, List<string> arguments, Dictionary<string, string> environment, Action<string, bool> log)
    {
        var name = resource.GetReplicaCount() == 1 ? resource.Name : $"{resource.Name}-{replica}";
        if (resource is ExecutableResource executable)
            return new ProgramStart(name, executable.Command, executable.WorkingDirectory, arguments, environment, log);

        resource.TryGetLastAnnotation<ProjectMetadataAnnotation>(out var project);
        var assembly = DotnetProgram.AssemblyOf(project!.Metadata);
        if (!File.Exists(assembly))
            throw new DistributedApplicationException($"Project '{resource.Name}' is not built: '{assembly}' is not there. Build it with: dotnet build {project.Metadata.ProjectPath}");
        return new ProgramStart(name, DotnetProgram.FileName, Path.GetDirectoryName(project.Metadata.ProjectPath)!, [assembly, .. arguments], environment, log);
    }

    private Dictionary<string, object> InitialEnvironment(int replica)
    {
        var environment = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["OTEL_SERVICE_NAME"] = resource.Name,
            ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={resource.Name}-{replica}-{Guid.NewGuid().ToString("N")[..8]}",
        };
        telemetry.AddTo(environment);
        if (resource is ProjectResource)
        {
            environment["ASPNETCORE_ENVIRONMENT"] = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? "Development";
            environment["DOTNET_ENVIRONMENT"] = Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? "Development";

            // The dashboard's console shows colours; .NET writes none into a pipe unless told to.
            if (telemetry.DashboardEndpoint is not null)
                environment["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true";
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
}
