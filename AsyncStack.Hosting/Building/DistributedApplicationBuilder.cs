using System.Reflection;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard;
using AsyncStack.Hosting.Publishing;
using AsyncStack.Hosting.Running;
using AsyncStack.Hosting.State;
using AsyncStack.Hosting.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Hosting;

/// <summary>Builds a graph on the .NET host's own configuration, services and lifetime.</summary>
internal sealed class DistributedApplicationBuilder : IDistributedApplicationTestingBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly EntryPointInterception? _interception;
    private bool _isBuilt;

    public DistributedApplicationBuilder(DistributedApplicationOptions options, HostApplicationBuilderSettings? settings = null)
    {
        settings ??= new HostApplicationBuilderSettings();
        _interception = EntryPointInterception.Current;
        if (_interception is not null)
            options = _interception.Apply(options, settings);
        Options = options;
        AppHostAssembly = options.AssemblyName is { } name ? Assembly.Load(new AssemblyName(name)) : Assembly.GetEntryAssembly();
        AppHostDirectory = FindAppHostDirectory(AppHostAssembly);
        settings.Args ??= options.Args;
        settings.ContentRootPath ??= AppHostDirectory;
        settings.ApplicationName ??= AppHostAssembly?.GetName().Name;
        _host = new HostApplicationBuilder(settings);
        ExecutionContext = new DistributedApplicationExecutionContext(ReadOperation(_host.Configuration["operation"]));
        State = options.ThrowAway || ExecutionContext.IsPublishMode ? GraphState.ThrowAway() : GraphState.Open(AppHostDirectory, _host.Configuration["ASYNCSTACK_HOME"]);
        AddServices();
    }

    public DistributedApplicationOptions Options { get; }

    public GraphState State { get; }

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory { get; }

    public Assembly? AppHostAssembly { get; }

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IResourceCollection Resources { get; } = new ResourceCollection();

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        if (Resources.FirstOrDefault(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)) is { } existing)
            throw new DistributedApplicationException($"Cannot add resource '{resource.Name}': the graph has a {existing.GetType().Name} of that name; names are compared without regard to case.");
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource
        => new ResourceBuilder<T>(resource, this);

    public DistributedApplication Build()
    {
        // The AppHost's own Build ends its entry point; the test builds when it has made its changes.
        if (_interception is { IsRunning: true })
            _interception.Capture(this);
        _isBuilt = true;
        return new DistributedApplication(_host.Build(), State);
    }

    public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default) => Task.FromResult(Build());

    public void Dispose()
    {
        // The application owns the state once there is one.
        if (!_isBuilt)
            State.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static DistributedApplicationOperation ReadOperation(string? value) => value switch
    {
        null or "" => DistributedApplicationOperation.Run,
        _ when Enum.TryParse<DistributedApplicationOperation>(value, ignoreCase: true, out var operation) => operation,
        _ => throw new DistributedApplicationException($"'--operation {value}' is unknown; use 'run' or 'publish'."),
    };

    private static string FindAppHostDirectory(Assembly? assembly)
    {
        var project = assembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "AppHostProjectPath")?.Value;
        return project is null ? Directory.GetCurrentDirectory() : Path.GetFullPath(project);
    }

    private void AddServices()
    {
        // The status table owns the terminal; warnings of the host itself still have to be seen.
        Services.AddLogging(logging =>
        {
            // Kestrel warns of machines without IPv6 and of those that are busy, which nobody can do anything about.
            logging.ClearProviders().SetMinimumLevel(LogLevel.Warning)
                .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None).AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
            if (!Options.Quiet)
                logging.AddSimpleConsole();
        });
        Services.Configure<HostOptions>(o => o.ShutdownTimeout = GraphRunner.StopDeadline + TimeSpan.FromSeconds(5));
        Services.Configure<ConsoleLifetimeOptions>(o => o.SuppressStatusMessages = true);
        Services.AddHealthChecks();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(Options);
        Services.AddSingleton(State);
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(new DistributedApplicationModel(Resources));
        Services.AddSingleton<ResourceLoggerService>();
        Services.AddSingleton<ResourceNotificationService>();
        Services.AddSingleton<ResourceCommandService>();

        // Services start in this order and stop in the opposite one: the dashboard sees all of the resources' telemetry.
        Services.AddDashboard();
        Services.AddSingleton<PublishCommand>();
        Services.AddGraphRunner();
    }

    private sealed class ResourceCollection : System.Collections.ObjectModel.Collection<IResource>, IResourceCollection;

    private sealed class ResourceBuilder<T>(T resource, IDistributedApplicationBuilder applicationBuilder) : IResourceBuilder<T>
        where T : IResource
    {
        public T Resource { get; } = resource;

        public IDistributedApplicationBuilder ApplicationBuilder { get; } = applicationBuilder;

        public IResourceBuilder<T> WithAnnotation<TAnnotation>(
            TAnnotation annotation, ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
            where TAnnotation : IResourceAnnotation
        {
            if (behavior == ResourceAnnotationMutationBehavior.Replace)
                foreach (var earlier in Resource.Annotations.OfType<TAnnotation>().ToList())
                    Resource.Annotations.Remove(earlier);
            Resource.Annotations.Add(annotation);
            return this;
        }
    }
}

/// <summary>The resources of a built graph.</summary>
public sealed class DistributedApplicationModel(IResourceCollection resources)
{
    /// <summary>The resources, in the order they were added.</summary>
    public IResourceCollection Resources { get; } = resources;
}
