using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting.Running;

/// <summary>Addresses as the graph wants them shown.</summary>
internal static class ResourceUrls
{
    /// <summary>An allocated endpoint's address after <c>WithUrlForEndpoint</c>; whole, also where that gave only a path.</summary>
    public static ResourceUrlAnnotation Of(IResource resource, EndpointAnnotation endpoint)
    {
        var url = new ResourceUrlAnnotation { Url = endpoint.AllocatedEndpoint!.UriString };
        foreach (var change in resource.GetAnnotations<EndpointUrlCallbackAnnotation>().Where(c => c.EndpointName == endpoint.Name))
            change.Callback(url);
        if (url.Url.StartsWith('/'))
            url.Url = endpoint.AllocatedEndpoint.UriString + url.Url;
        return url;
    }
}
