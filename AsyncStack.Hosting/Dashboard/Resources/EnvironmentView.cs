using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Running;

namespace AsyncStack.Hosting.Dashboard.Resources;

/// <summary>What a resource was started with, secrets apart.</summary>
internal sealed class EnvironmentView(StartedEnvironments environments, SecretParameters parameters, ProgramTelemetry telemetry)
{
    /// <summary>By name; none before the first start.</summary>
    public async Task<IReadOnlyList<VariableView>> OfAsync(IResource resource)
    {
        var secrets = new Secrets([.. await parameters.ValuesAsync(), telemetry.ApiKey]);
        return [.. environments.Of(resource.Name)
            .OrderBy(v => v.Key, StringComparer.Ordinal)
            .Select(v => secrets.Hides(v.Key, v.Value) ? new VariableView(v.Key, null, Secret: true) : new VariableView(v.Key, v.Value, Secret: false))];
    }

    /// <summary>Null when it was started without such a variable.</summary>
    public string? Reveal(IResource resource, string variable) => environments.Of(resource.Name).GetValueOrDefault(variable);
}
