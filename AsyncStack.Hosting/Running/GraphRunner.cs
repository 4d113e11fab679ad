using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard;
using AsyncStack.Hosting.State;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Hosting.Running;

/// <summary>Runs the whole graph: prepares it, starts every resource as soon as what it waits for allows, and stops it in order.</summary>
internal sealed class GraphRunner(
    DistributedApplicationModel model,
    LaunchPlanner planner,
    GraphState state,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    RunningDashboard dashboard,
    TimeProvider time) : IHostedService, IAsyncDisposable
{
    /// <summary>By then everything has stopped, asked or not.</summary>
    public static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(10);

    /// <summary>What one resource gets to stop by itself.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, ResourceRunner> _runners = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _stopping = new(1, 1);
    private EndpointAllocation? _endpoints;
    private RunFile? _runFile;
    private bool _disposed;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var resources = model.Resources.ToList();
        DependencyGraph.Validate(resources);
        AddDefaultEndpoints(resources);
        await planner.PrepareAsync(resources, cancellationToken);
        _endpoints = new EndpointAllocation(state, logs);
        _endpoints.Allocate(resources, planner.ListensInside);
        foreach (var resource in resources)
            _runners.Add(resource.Name, new ResourceRunner(resource, SettingsOf(resource, resources), notifications));
        if (!state.IsThrowAway)
            _runFile = RunFile.Start(state.Home, notifications, dashboard, time);
        foreach (var runner in _runners.Values.Where(r => !r.Resource.HasAnnotationOfType<ExplicitStartupAnnotation>()))
            await runner.StartAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.WaitAsync(CancellationToken.None);
        try
        {
            using var deadline = new CancellationTokenSource(StopDeadline, time);
            foreach (var group in DependencyGraph.StopOrder([.. _runners.Values.Select(r => r.Resource)]))
                await Task.WhenAll(group.Select(r => StopAsync(_runners[r.Name], deadline.Token)));
            _runners.Clear();
            if (_endpoints is not null)
                await _endpoints.DisposeAsync();
            _endpoints = null;
            if (_runFile is not null)
                await _runFile.DisposeAsync();
            _runFile = null;
        }
        finally
        {
            _stopping.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The container holds the runner twice, as itself and as a hosted service.
        if (_disposed)
            return;
        _disposed = true;
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
    }

    /// <exception cref="DistributedApplicationException">There is no such resource, or the graph is not started.</exception>
    public ResourceRunner Find(string name) => _runners.TryGetValue(name, out var runner)
        ? runner
        : throw new DistributedApplicationException($"The running graph has no resource '{name}'; it has: {string.Join(", ", _runners.Keys.Order())}.");

    // A project listens somewhere of our choosing rather than on the default port of its framework, which any other may want.
    private static void AddDefaultEndpoints(IEnumerable<IResource> resources)
    {
        foreach (var project in resources.OfType<ProjectResource>().Where(p => !p.HasAnnotationOfType<EndpointAnnotation>()))
            project.Annotations.Add(new EndpointAnnotation("http"));
    }

    private static async Task StopAsync(ResourceRunner runner, CancellationToken deadline)
    {
        try
        {
            await runner.StopAsync(Grace, deadline);
        }
        catch (OperationCanceledException)
        {
            await runner.StopAsync(TimeSpan.Zero, CancellationToken.None);
        }

        await runner.DisposeAsync();
    }

    private ReplicaSettings SettingsOf(IResource resource, IReadOnlyCollection<IResource> resources)
    {
        var isAwaited = resources.SelectMany(r => r.GetAnnotations<WaitAnnotation>())
            .Any(w => w.WaitType == WaitType.WaitForCompletion && ReferenceEquals(w.Resource, resource));
        return new ReplicaSettings(
            new DeferredLaunch(() => planner.Plan(resource)),
            IsServer: resource is ContainerResource && !isAwaited,
            isAwaited,
            StartsOnCommand: resource.HasAnnotationOfType<ExplicitStartupAnnotation>(),
            (line, isError, replica) => logs.Append(resource.Name, line, isError, replica),
            time);
    }

    /// <summary>A resource that cannot be run here fails by itself, when its turn comes, instead of the whole graph.</summary>
    private sealed class DeferredLaunch(Func<ILaunch> plan) : ILaunch
    {
        public Task<LaunchedReplica> StartAsync(int replica, Action<string, bool> log, CancellationToken cancellationToken)
            => plan().StartAsync(replica, log, cancellationToken);
    }
}

/// <summary>Puts the runner together.</summary>
internal static class GraphRunnerServices
{
    public static void AddGraphRunner(this IServiceCollection services)
    {
        services.AddSingleton<Runtime.IServerRuntimes, Runtime.Native.ServerRuntimes>();
        services.AddSingleton<Runtime.IProgramRunner, Runtime.Processes.ProgramRunner>();
        services.AddSingleton<SecretParameters>();
        services.AddSingleton<ResourceValues>();
        services.AddSingleton(s => new HealthProbes(s.GetRequiredService<HealthCheckService>()));
        services.AddSingleton<LaunchPlanner>();
        services.AddSingleton<StartedEnvironments>();
        services.AddSingleton<ProjectBuilds>();
        services.AddSingleton<GraphRunner>();
        services.AddSingleton<Terminal.GraphSession>();
        services.AddHostedService(s => s.GetRequiredService<GraphRunner>());
    }
}
