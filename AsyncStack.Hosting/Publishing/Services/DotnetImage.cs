using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Hints;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Services;

/// <summary>What images of .NET projects have in common.</summary>
internal static class DotnetImage
{
    /// <summary>The user <c>app</c> of Microsoft's base images, and of ours (<c>ContainerUser</c>).</summary>
    public const int User = 1654;

    /// <summary>Variables of every project.</summary>
    public static IEnumerable<Field<EnvVar>> Environment(ChartContext chart, PublishedService service, ServiceValues values, TelemetryValues telemetry)
    {
        yield return FromField("POD_NAME", "metadata.name");
        yield return FromField("POD_NAMESPACE", "metadata.namespace");
        yield return new EnvVar("OTEL_SERVICE_NAME") { Value = service.Name };
        yield return new EnvVar("OTEL_RESOURCE_ATTRIBUTES")
        {
            Value = Text.Of($"service.namespace={chart.Release.FullName},service.version={chart.Release.AppVersion},service.instance.id=$(POD_NAME),k8s.namespace.name=$(POD_NAMESPACE),k8s.pod.name=$(POD_NAME)"),
        };
        foreach (var variable in telemetry.Variables())
            yield return variable;
        yield return new EnvVar("Shutdown__Timeout") { Value = values.DrainSpan(5) };
        if (service.Resource.TryGetLastAnnotation<DrainAnnotation>(out var drain) && drain.Variable is { } name)
            yield return new EnvVar(name) { Value = values.DrainSpan(0) };
        // The settings' files of an image never change, and watchers of files are few on a node.
        yield return new EnvVar("DOTNET_hostBuilder__reloadConfigOnChange") { Value = "false" };
        if (service.Secrets.Count > 0)
            yield return new EnvVar("Secrets__Path") { Value = chart.Credentials.Folder };
        if (Addresses(service) is { } addresses)
            yield return new EnvVar("ASPNETCORE_URLS") { Value = addresses };
    }

    /// <summary>Where a project listens; null where the graph tells Kestrel itself.</summary>
    public static string? Addresses(PublishedService service)
    {
        if (service.Variables.Any(v => v.Name == "ASPNETCORE_URLS" || v.Name.StartsWith("Kestrel__Endpoints__", StringComparison.OrdinalIgnoreCase)))
            return null;
        var addresses = string.Join(';', service.Ports.Where(p => p.IsHttp && p.Variable is null).Select(p => $"http://*:{p.Number}"));
        return addresses.Length == 0 ? null : addresses;
    }

    private static EnvVar FromField(string name, string path) => new(name) { ValueFrom = new EnvVarSource { FieldRef = new ObjectFieldSelector(path) } };
}
