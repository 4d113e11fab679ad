using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Hosting.Testing;

/// <summary>Builds a graph for a test.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    /// <summary>Ends building.</summary>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>
/// Graphs for tests: real servers on random ports with random passwords; their data lies under the temporary folder and is
/// removed when the application is disposed. Any number may run side by side.
/// </summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>The graph of an AppHost, as its entry point builds it.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost project, for example <c>Projects.AsyncStack_AppHost</c>.</typeparam>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class
        => CreateAsync<TEntryPoint>([], cancellationToken);

    /// <summary>The graph of an AppHost, as its entry point builds it.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost project, for example <c>Projects.AsyncStack_AppHost</c>.</typeparam>
    /// <param name="args">Arguments of the AppHost.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">The entry point did not build a graph.</exception>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class
        => CreateAsync<TEntryPoint>(args, static (_, _) => { }, cancellationToken);

    /// <summary>The graph of an AppHost, as its entry point builds it.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost project, for example <c>Projects.AsyncStack_AppHost</c>.</typeparam>
    /// <param name="args">Arguments of the AppHost.</param>
    /// <param name="configureBuilder">
    /// Changes how the graph is built: <c>(options, _) => options.DisableDashboard = false</c> gives it a dashboard, on free ports.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">The entry point did not build a graph.</exception>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken = default)
        where TEntryPoint : class
    {
        var assembly = typeof(TEntryPoint).Assembly;
        return await EntryPointInterception.RunAsync(
            assembly,
            args,
            (options, settings) =>
            {
                Configure(options, args, assembly);
                configureBuilder(options, settings);
            },
            cancellationToken);
    }

    /// <summary>An empty graph to be filled by the test.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args)
        => Create(args, static (_, _) => { }, Assembly.GetCallingAssembly());

    /// <summary>An empty graph to be filled by the test.</summary>
    /// <param name="args">Arguments of the AppHost.</param>
    /// <param name="configureBuilder">Changes how the graph is built, for example whether it has a dashboard.</param>
    public static IDistributedApplicationTestingBuilder Create(string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder)
        => Create(args, configureBuilder, Assembly.GetCallingAssembly());

    private static DistributedApplicationBuilder Create(
        string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, Assembly assembly)
    {
        var options = new DistributedApplicationOptions();
        var settings = new HostApplicationBuilderSettings();
        Configure(options, args, assembly);
        configureBuilder(options, settings);
        return new DistributedApplicationBuilder(options, settings);
    }

    private static void Configure(DistributedApplicationOptions options, string[] args, Assembly assembly)
    {
        options.Args = args;
        options.AssemblyName = assembly.GetName().Name;
        options.ThrowAway = true;
        options.Quiet = true;
        options.DisableDashboard = true;
    }
}
