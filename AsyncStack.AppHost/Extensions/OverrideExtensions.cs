using Microsoft.Extensions.Configuration;

namespace AsyncStack.AppHost;

/// <summary>Settings of single services, from the AppHost's configuration.</summary>
internal static class OverrideExtensions
{
    /// <summary>
    /// Sets <c>Override:service:VARIABLE</c> of the AppHost's configuration as a variable of that project, after all that the graph
    /// says, for example <c>--Override:worker:Worker__Concurrency=64</c>. A name that is no project of the graph is an error.
    /// </summary>
    public static void ApplyOverrides(this IDistributedApplicationBuilder builder)
    {
        foreach (var service in builder.Configuration.GetSection("Override").GetChildren())
        {
            var project = builder.Resources.OfType<ProjectResource>().FirstOrDefault(p => string.Equals(p.Name, service.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw new InvalidOperationException($"'Override:{service.Key}' names no project of the graph; it has: {string.Join(", ", builder.Resources.OfType<ProjectResource>().Select(p => p.Name))}.");
            foreach (var variable in service.GetChildren())
                builder.CreateResourceBuilder(project).WithEnvironment(variable.Key, variable.Value);
        }
    }
}
