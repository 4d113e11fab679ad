using System.Globalization;
using AsyncStack.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AsyncStack.Hosting.Running;

/// <summary>Asks a replica whether it is ready, as the graph says it should be asked.</summary>
internal sealed class HealthProbes(HealthCheckService healthChecks) : IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    // Probes go to loopback; a proxy named in the environment must not see them.
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
    {
        Timeout = RequestTimeout,
    };

    /// <summary>Null when the resource has no checks of its own.</summary>
    public Func<CancellationToken, Task<string?>>? For(IResource resource, int replica)
    {
        var requests = resource.GetAnnotations<HttpHealthCheckAnnotation>().Select(check => (check, Address(resource, check, replica))).ToList();
        var keys = resource.GetAnnotations<HealthCheckAnnotation>().Select(check => check.Key).ToHashSet(StringComparer.Ordinal);
        return requests.Count == 0 && keys.Count == 0 ? null : ProbeAsync;

        async Task<string?> ProbeAsync(CancellationToken cancellationToken)
        {
            foreach (var (check, address) in requests)
                if (await RequestAsync(check, address, cancellationToken) is { } problem)
                    return problem;
            return keys.Count == 0 ? null : await CheckAsync(keys, cancellationToken);
        }
    }

    public void Dispose() => _client.Dispose();

    private static Uri Address(IResource resource, HttpHealthCheckAnnotation check, int replica)
    {
        var endpoints = resource.GetAnnotations<EndpointAnnotation>();
        var endpoint = check.EndpointName is { } name
            ? endpoints.FirstOrDefault(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase))
            : endpoints.FirstOrDefault(e => e.IsHttp);
        if (endpoint is null)
            throw new DistributedApplicationException($"The health check of resource '{resource.Name}' needs an HTTP endpoint{(check.EndpointName is { } n ? $" named '{n}'" : "")}; declare it with WithHttpEndpoint.");
        var port = ResourceValues.ReachablePort(endpoint, replica).ToString(CultureInfo.InvariantCulture);
        return new Uri(new Uri($"{endpoint.UriScheme}://{EndpointAllocation.Address}:{port}"), check.Path);
    }

    private async Task<string?> RequestAsync(HttpHealthCheckAnnotation check, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return (int)response.StatusCode == check.StatusCode ? null : $"GET {check.Path} answered {(int)response.StatusCode}, not {check.StatusCode}";
        }
        catch (HttpRequestException exception)
        {
            return $"GET {check.Path} failed: {exception.Message}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"GET {check.Path} took longer than {RequestTimeout.TotalSeconds} s";
        }
    }

    private async Task<string?> CheckAsync(HashSet<string> keys, CancellationToken cancellationToken)
    {
        var report = await healthChecks.CheckHealthAsync(registration => keys.Contains(registration.Name), cancellationToken);
        if (keys.FirstOrDefault(key => !report.Entries.ContainsKey(key)) is { } missing)
            return $"no health check '{missing}' is registered in builder.Services";
        return report.Status == HealthStatus.Healthy
            ? null
            : string.Join("; ", report.Entries.Where(e => e.Value.Status != HealthStatus.Healthy).Select(e => $"{e.Key}: {e.Value.Description ?? e.Value.Exception?.Message ?? "unhealthy"}"));
    }
}
