using System.Reflection;

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
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class
    {
        var assembly = typeof(TEntryPoint).Assembly;
        return await EntryPointInterception.RunAsync(assembly, args, options => Configure(options, args, assembly), cancellationToken);
    }

    /// <summary>An empty graph to be filled by the test.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args)
    {
        var options = new DistributedApplicationOptions();
        Configure(options, args, Assembly.GetCallingAssembly());
        return new DistributedApplicationBuilder(options);
    }

    private static void Configure(DistributedApplicationOptions options, string[] args, Assembly assembly)
    {
        options.Args = args;
        options.AssemblyName = assembly.GetName().Name;
        options.ThrowAway = true;
        options.Quiet = true;
    }
}
