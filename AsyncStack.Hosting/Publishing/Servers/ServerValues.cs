using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Servers;

/// <summary>Values of a server that the chart runs itself.</summary>
internal sealed class EmbeddedValues
{
    public EmbeddedValues(ValuesSection server, ContainerResource resource, ServerTraits traits)
    {
        resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image);
        Image = server.Text("image", $"{image!.FullName}:{image.Tag}", "Image of mode embedded.", ValuesKey.ImagePattern);
        User = server.Number("runAsUser", traits.User, "User and group of the image's process; images on Alpine have others.", 1);
        Resources = server.Resources(traits.Resources);
        PriorityClass = server.Text("priorityClassName", "", "PriorityClass of its pod in mode embedded.");
        var storage = server.Section("storage", "The volume of each replica.");
        Size = storage.Quantity("size", traits.Storage, "Its size; it cannot be made smaller.");
        StorageClass = storage.Text("className", "", "Its StorageClass; empty for the cluster's default.");
    }

    public Setting<string> Image { get; }

    public Setting<int> User { get; }

    public Setting<ResourceRequirements> Resources { get; }

    public Setting<string> PriorityClass { get; }

    public Setting<string> Size { get; }

    public Setting<string> StorageClass { get; }
}

/// <summary>Values of a server that somebody else runs.</summary>
internal sealed class ServerExternalValues
{
    private readonly Dictionary<string, Setting<string>> _keys;

    public ServerExternalValues(ValuesSection server, ServerTraits traits)
    {
        Section = server.Section("external", "A server that the chart does not run, for mode external.");
        Host = Section.Text("host", "", "Its name or address.");
        Port = Section.Number("port", traits.Port, "Its port.", 1, 65535);
        ExistingSecret = Section.Text("existingSecret", "", "Secret with its credentials; empty to take them from where secrets.source says.");
        _keys = traits.ExternalKeys.ToDictionary(k => k.Key, k => Section.Text(k.Key, k.ByDefault, k.Meaning), StringComparer.Ordinal);
        Networks = Section.Block<object[]>("networks", [], "Where it is, for the NetworkPolicies: peers such as {ipBlock: {cidr: 10.1.0.0/16}}; empty for anywhere.", Schema.KubernetesObjects);
    }

    public ValuesSection Section { get; }

    public Setting<string> Host { get; }

    public Setting<int> Port { get; }

    public Setting<string> ExistingSecret { get; }

    public Setting<object[]> Networks { get; }

    public Setting<string> Key(string key) => _keys[key];
}

/// <summary>How values.yaml writes what the graph says.</summary>
internal static class ValuesKey
{
    /// <summary>A whole image name with a tag, a digest or both: without, what runs would change with the day.</summary>
    public const string ImagePattern = "^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*(:[A-Za-z0-9_][A-Za-z0-9._-]*(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$";

    /// <summary>A resource's name in camel case, so that templates can name it.</summary>
    public static string Of(string resource) =>
        string.Concat(resource.Split('-').Select((part, i) => i == 0 ? part : char.ToUpperInvariant(part[0]) + part[1..]));
}
