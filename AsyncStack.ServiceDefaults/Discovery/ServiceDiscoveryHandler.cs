namespace AsyncStack.ServiceDefaults.Discovery;

internal sealed class ServiceDiscoveryHandler(ServiceEndpoints endpoints) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is { } address)
            request.RequestUri = endpoints.Resolve(address);
        return base.SendAsync(request, cancellationToken);
    }
}
