using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;

namespace AsyncStack.ServiceDefaults.Discovery;

/// <summary>
/// Where the services of the graph listen, as configuration tells: <c>services:api:http:0</c>, <c>services:api:http:1</c>, ….
/// Several addresses of one endpoint are taken in turn.
/// </summary>
internal sealed class ServiceEndpoints(IConfiguration configuration)
{
    private readonly ConcurrentDictionary<string, Turn> _turns = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Resolves <c>http://api/x</c>, <c>https+http://api/x</c> (the first scheme that is offered) and
    /// <c>http://_endpoint.api/x</c> (an endpoint by its name). An unknown name comes back as it is.
    /// </summary>
    public Uri Resolve(Uri address)
    {
        var schemes = address.Scheme.Split('+');
        var (endpoint, service) = SplitHost(address.Host);
        foreach (var scheme in schemes)
        {
            if (Next(service, endpoint ?? scheme) is { } found)
                return new UriBuilder(address) { Scheme = found.Scheme, Host = found.Host, Port = found.Port }.Uri;
        }

        return schemes.Length == 1 ? address : new UriBuilder(address) { Scheme = schemes[0] }.Uri;
    }

    private static (string? Endpoint, string Service) SplitHost(string host) =>
        host.StartsWith('_') && host.IndexOf('.', StringComparison.Ordinal) is > 1 and var dot
            ? (host[1..dot], host[(dot + 1)..])
            : (null, host);

    private Uri? Next(string service, string endpoint)
    {
        var path = $"services:{service}:{endpoint}";
        var addresses = configuration.GetSection(path).GetChildren()
            .Select(entry => entry.Value)
            .Where(value => !string.IsNullOrEmpty(value))
            .ToArray();
        if (addresses.Length == 0)
            return null;
        var turn = addresses.Length == 1 ? 0 : _turns.GetOrAdd(path, _ => new()).Next() % addresses.Length;
        var value = addresses[turn]!;
        return Uri.TryCreate(value, UriKind.Absolute, out var address)
            ? address
            : throw new InvalidOperationException($"The address '{value}' in {path} is not a URL. Set it to one such as http://localhost:5000.");
    }

    private sealed class Turn
    {
        private int _value = -1;

        public int Next() => Interlocked.Increment(ref _value) & int.MaxValue;
    }
}
