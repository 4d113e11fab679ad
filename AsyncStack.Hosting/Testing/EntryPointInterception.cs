using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Hosting.Testing;

/// <summary>
/// Runs an AppHost's entry point in this process up to its <c>Build()</c>, which hands the builder over and ends the entry
/// point: nothing after it runs, and no thread is left behind.
/// </summary>
internal sealed class EntryPointInterception
{
    private static readonly AsyncLocal<EntryPointInterception?> Ambient = new();
    private readonly Action<DistributedApplicationOptions, HostApplicationBuilderSettings> _configure;
    private DistributedApplicationBuilder? _captured;

    private EntryPointInterception(Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure) => _configure = configure;

    /// <summary>The entry point has not come to its <c>Build()</c>.</summary>
    public bool IsRunning => _captured is null;

    public static EntryPointInterception? Current => Ambient.Value;

    /// <exception cref="InvalidOperationException">The entry point did not build a graph.</exception>
    public static async Task<DistributedApplicationBuilder> RunAsync(
        Assembly assembly, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> _configure, CancellationToken cancellationToken)
    {
        var entryPoint = assembly.EntryPoint ?? throw new InvalidOperationException($"Assembly '{assembly.GetName().Name}' has no entry point; name a type of the AppHost project.");
        var interception = new EntryPointInterception(_configure);
        await Task.Run(() => interception.Invoke(entryPoint, args), cancellationToken);
        return interception._captured ?? throw new InvalidOperationException($"The entry point of '{assembly.GetName().Name}' ended without building a graph.");
    }

    public DistributedApplicationOptions Apply(DistributedApplicationOptions options, HostApplicationBuilderSettings settings)
    {
        _configure(options, settings);
        return options;
    }

    public void Capture(DistributedApplicationBuilder builder)
    {
        _captured = builder;
        throw new EntryPointEndedException();
    }

    private void Invoke(MethodInfo entryPoint, string[] args)
    {
        Ambient.Value = this;
        try
        {
            entryPoint.Invoke(null, entryPoint.GetParameters().Length == 0 ? null : [args]);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is EntryPointEndedException)
        {
            // As intended.
        }
        catch (TargetInvocationException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerException!);
        }
        finally
        {
            Ambient.Value = null;
        }
    }

    private sealed class EntryPointEndedException : Exception;
}
