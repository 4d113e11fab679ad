using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting.Running;

/// <summary>Who waits for whom.</summary>
internal static class DependencyGraph
{
    /// <summary>Everything a resource waits for: what the graph says, and the resource it lives in.</summary>
    public static IReadOnlyList<WaitAnnotation> WaitsOf(IResource resource)
    {
        var waits = resource.GetAnnotations<WaitAnnotation>().ToList();
        if (resource is IResourceWithParent child)
            waits.Add(new WaitAnnotation(child.Parent, WaitType.WaitUntilHealthy));
        return waits;
    }

    /// <exception cref="DistributedApplicationException">Resources wait for each other in a circle, or for one that the graph lacks.</exception>
    public static void Validate(IReadOnlyCollection<IResource> resources)
    {
        var done = new HashSet<IResource>();
        foreach (var resource in resources)
            Visit(resource, resources, [], done);
    }

    /// <summary>Groups to be stopped one after the other: nobody is stopped before those who use him.</summary>
    public static IReadOnlyList<IReadOnlyList<IResource>> StopOrder(IReadOnlyCollection<IResource> resources)
    {
        var depths = new Dictionary<IResource, int>();
        foreach (var resource in resources)
            Depth(resource, depths, []);
        return [.. resources.GroupBy(r => depths[r]).OrderByDescending(g => g.Key).Select(g => g.ToList())];
    }

    private static void Visit(IResource resource, IReadOnlyCollection<IResource> resources, List<IResource> path, HashSet<IResource> done)
    {
        if (path.IndexOf(resource) is var start and >= 0)
            throw new DistributedApplicationException(
                $"Resources wait for each other in a circle: {string.Join(" → ", path.Skip(start).Append(resource).Select(r => r.Name))}. Remove one of these WaitFor.");
        if (!done.Add(resource))
            return;
        if (!resources.Contains(resource))
            throw new DistributedApplicationException($"Resource '{path[^1].Name}' waits for '{resource.Name}', which is not in the graph.");

        path.Add(resource);
        foreach (var wait in WaitsOf(resource))
            Visit(wait.Resource, resources, path, done);
        path.RemoveAt(path.Count - 1);
    }

    // References may go in circles, unlike waits; an edge that closes one is left out.
    private static int Depth(IResource resource, Dictionary<IResource, int> depths, HashSet<IResource> path)
    {
        if (depths.TryGetValue(resource, out var known))
            return known;
        if (!path.Add(resource))
            return 0;
        var uses = WaitsOf(resource).Select(w => w.Resource)
            .Concat(resource.GetAnnotations<ResourceRelationshipAnnotation>().Where(r => r.Type == "Reference").Select(r => r.Resource));
        var depth = uses.Select(used => Depth(used, depths, path) + 1).DefaultIfEmpty(0).Max();
        path.Remove(resource);
        return depths[resource] = depth;
    }
}
