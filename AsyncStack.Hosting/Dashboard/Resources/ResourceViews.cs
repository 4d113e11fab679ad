using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Running;

namespace AsyncStack.Hosting.Dashboard.Resources;

/// <summary>The graph's resources as they are now.</summary>
internal sealed class ResourceViews(
    DistributedApplicationModel model, ResourceNotificationService notifications, ResourceCommands commands, StartedEnvironments environments)
{
    /// <summary>Every resource that has been announced, in the graph's order.</summary>
    public IReadOnlyList<ResourceView> All() => [.. States().Select(Of)];

    /// <summary>Their states.</summary>
    public IReadOnlyList<ResourceEvent> States()
        => [.. model.Resources.Select(r => notifications.TryGetCurrentState(r.Name, out var state) ? state : null).OfType<ResourceEvent>()];

    /// <summary>Null when the graph has no such resource.</summary>
    public IResource? Find(string name) => model.Resources.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase));

    public ResourceView Of(ResourceEvent change)
    {
        var (resource, now) = (change.Resource, change.Snapshot);
        return new ResourceView(
            resource.Name,
            now.ResourceType,
            now.State?.Text ?? KnownResourceStates.Waiting,
            now.HealthStatus?.ToString(),
            now.Display(),
            now.Reason,
            now.StartTimeStamp?.ToUnixTimeMilliseconds(),
            now.StopTimeStamp?.ToUnixTimeMilliseconds(),
            now.ExitCode,
            SourceOf(resource),
            [.. Urls(resource)],
            [.. resource.GetAnnotations<ResourceRelationshipAnnotation>().Where(r => r.Type == "Reference").Select(r => r.Resource.Name).Distinct()],
            [.. resource.GetAnnotations<WaitAnnotation>().Select(w => w.Resource.Name).Distinct()],
            ParentOf(resource),
            [.. now.Replicas.Select(Replica)],
            commands.Of(resource, now),
            TelemetryName(resource));
    }

    private static ReplicaView Replica(ReplicaSnapshot replica) => new(
        replica.Index,
        replica.State,
        replica.ProcessId,
        replica.HealthStatus?.ToString(),
        replica.StartedAt?.ToUnixTimeMilliseconds(),
        replica.Restarts,
        replica.ExitCode,
        replica.Reason);

    private static string SourceOf(IResource resource)
    {
        if (resource.TryGetLastAnnotation<ProjectMetadataAnnotation>(out var project))
            return project.Metadata.ProjectPath;
        if (resource is ExecutableResource executable)
            return executable.Command;
        return resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image) ? $"{image.FullName}:{image.Tag ?? "latest"}" : "";
    }

    private static IEnumerable<UrlView> Urls(IResource resource)
    {
        foreach (var endpoint in resource.GetAnnotations<EndpointAnnotation>().Where(e => e.AllocatedEndpoint is not null))
        {
            var url = ResourceUrls.Of(resource, endpoint);
            yield return new UrlView(endpoint.Name, url.Url, url.DisplayText);
        }

        foreach (var url in resource.GetAnnotations<ResourceUrlAnnotation>())
            yield return new UrlView(url.Endpoint?.EndpointName ?? "", url.Url, url.DisplayText);
    }

    private static string? ParentOf(IResource resource) => resource is IResourceWithParent child
        ? child.Parent.Name
        : resource.GetAnnotations<ResourceRelationshipAnnotation>().LastOrDefault(r => r.Type == "Parent")?.Resource.Name;

    private string? TelemetryName(IResource resource) => resource is ProjectResource or ExecutableResource
        ? environments.Of(resource.Name).GetValueOrDefault("OTEL_SERVICE_NAME", resource.Name)
        : null;
}
