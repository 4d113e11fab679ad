using System.Collections.Concurrent;

namespace AsyncStack.Hosting.Running;

/// <summary>The environment that the graph gave each replica at its last start; what it inherits from this process is not part of it.</summary>
internal sealed class StartedEnvironments
{
    private readonly ConcurrentDictionary<(string Resource, int Replica), IReadOnlyDictionary<string, string>> _environments = new();

    public void Set(string resource, int replica, IReadOnlyDictionary<string, string> environment) => _environments[(resource, replica)] = environment;

    /// <summary>That of the first replica, as replicas differ in ports and ids only; empty before the first start.</summary>
    public IReadOnlyDictionary<string, string> Of(string resource)
        => _environments.TryGetValue((resource, 0), out var environment) ? environment : new Dictionary<string, string>(StringComparer.Ordinal);
}
