using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing;
using AsyncStack.Hosting.Running;
using AsyncStack.Hosting.State;
using AsyncStack.Hosting.Terminal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Hosting;

/// <summary>A built graph: starts, runs and stops it.</summary>
public sealed class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;
    private readonly GraphState _state;
    private bool _disposed;

    internal DistributedApplication(IHost host, GraphState state)
    {
        _host = host;
        _state = state;
    }

    /// <summary>The AppHost's services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>States of the resources.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>Commands on the resources.</summary>
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    /// <summary>Starts building a graph.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    /// <summary>Starts building a graph.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => new DistributedApplicationBuilder(options);

    /// <summary>Runs the graph until it is told to stop (Ctrl-C, SIGTERM) or a resource fails to start.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Runs the graph until it is told to stop (Ctrl-C, SIGTERM, cancellation) or a resource fails to start, which sets a non-zero exit code.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var context = Services.GetRequiredService<DistributedApplicationExecutionContext>();
            if (context.IsPublishMode)
            {
                Environment.ExitCode = await Services.GetRequiredService<PublishCommand>().RunAsync(Console.Out, Console.Error, cancellationToken);
                return;
            }

            Environment.ExitCode = await Services.GetRequiredService<GraphSession>().RunAsync(_host, cancellationToken);
        }
        finally
        {
            await DisposeAsync();
        }
    }

    /// <summary>Starts the graph and returns while its resources come up.</summary>
    /// <exception cref="DistributedApplicationException">The graph is wrong: resources wait for each other in a circle, say.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => _host.StartAsync(cancellationToken);

    /// <summary>Stops the resources, those that others depend on last.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    /// <inheritdoc />
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Stops what still runs and removes what was meant to be thrown away.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            _host.Dispose();
        _state.Dispose();
    }
}
