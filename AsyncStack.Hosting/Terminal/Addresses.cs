using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Running;

namespace AsyncStack.Hosting.Terminal;

/// <summary>The addresses a person may want, the graph's entry first.</summary>
internal static class Addresses
{
    public static IReadOnlyList<(string Resource, string Url)> Of(IEnumerable<ResourceEvent> resources)
        => [.. resources.Where(IsReachable)
            .SelectMany(r => r.Resource.GetAnnotations<EndpointAnnotation>()
                .Where(e => e.IsHttp && e.AllocatedEndpoint is not null)
                .Select(e => (Name: r.ResourceId, Url: Shown(r.Resource, e), e.IsExternal))
                .Concat(r.Resource.GetAnnotations<ResourceUrlAnnotation>().Select(u => (Name: r.ResourceId, Url: u.DisplayText is null ? u.Url : $"{u.Url} ({u.DisplayText})", IsExternal: false))))
            .OrderByDescending(a => a.IsExternal)
            .Select(a => (a.Name, a.Url))];

    // What has finished listens no more, and a folder never did.
    private static bool IsReachable(ResourceEvent change)
        => change.Snapshot.IsHealthy() && change.Resource is not MinioResource { Folder: not null };

    private static string Shown(IResource resource, EndpointAnnotation endpoint)
    {
        var url = ResourceUrls.Of(resource, endpoint);
        return url.DisplayText is null ? url.Url : $"{url.Url} ({url.DisplayText})";
    }
}
