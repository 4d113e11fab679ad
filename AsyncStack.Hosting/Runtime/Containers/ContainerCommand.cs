using System.Security.Cryptography;
using System.Text;

namespace AsyncStack.Hosting.Runtime.Containers;

/// <summary>The command line of one container; secrets are in files and in the client's environment only.</summary>
internal static class ContainerCommand
{
    /// <summary>The container's name: the same at each run of one checkout where it persists, else this process's own.</summary>
    public static string NameOf(ResourceStart start)
    {
        var identity = start.Container.Persistent ? start.DataDirectory : $"{start.DataDirectory}\n{ContainerOwner.Current}";
        return $"asyncstack-{start.Name}-{Digest(identity)}";
    }

    /// <summary>The image to run: the graph's, or the one that <c>ASYNCSTACK_IMAGE_</c> and its name in capitals gives, tag included.</summary>
    public static string ImageOf(ContainerSpec container)
    {
        var segment = container.Image[(container.Image.LastIndexOf('/') + 1)..];
        var variable = "ASYNCSTACK_IMAGE_" + string.Concat(segment.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
        var chosen = Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrWhiteSpace(chosen) ? $"{container.Image}:{container.Tag}" : chosen;
    }

    /// <summary>Arguments of <c>run</c>.</summary>
    /// <param name="start">The resource.</param>
    /// <param name="recipe">What its image wants.</param>
    /// <param name="engine">The engine that runs it.</param>
    /// <param name="files">The written files, see <see cref="ContainerFiles"/>.</param>
    public static List<string> Run(ResourceStart start, ContainerRecipe recipe, ContainerEngine engine, ContainerFiles files)
    {
        var container = start.Container;
        List<string> line = ["run", "--name", NameOf(start), "--label", $"asyncstack.resource={start.Name}", "--env-file", files.Environment];
        line.AddRange(container.Persistent ? ["--detach"] : ["--rm", "--label", $"{ContainerOwner.Label}={ContainerOwner.Current}"]);
        line.AddRange(files.MultilineNames.SelectMany(name => (string[])["--env", name]));
        line.AddRange(Network(start, engine));
        line.AddRange(container.Mounts.SelectMany(Mount));
        line.AddRange(files.Mounts.SelectMany(Mount));
        line.AddRange(recipe.Options(start));
        if (container.Entrypoint is not null)
        {
            line.AddRange(["--entrypoint", container.Entrypoint]);
        }

        line.Add(ImageOf(container));
        line.AddRange(container.Entrypoint is null ? recipe.Arguments(start) : []);
        line.AddRange(start.Arguments);
        return line;
    }

    // A port published on loopback is out of reach for containers on the engine's own network: what must reach the
    // graph's processes (the gateway) asks for the host's network. podman names the host by itself.
    private static IEnumerable<string> Network(ResourceStart start, ContainerEngine engine)
    {
        if (start.Container.HostNetwork)
        {
            return ["--network", "host"];
        }

        var published = start.Ports
            .Where(port => start.Container.TargetPorts.ContainsKey(port.Key))
            .SelectMany(port => (string[])["--publish", $"127.0.0.1:{port.Value}:{start.Container.TargetPorts[port.Key]}"]);
        return engine.IsPodman ? published : [.. published, "--add-host", "host.docker.internal:host-gateway"];
    }

    private static string[] Mount(ContainerMount mount)
    {
        var text = $"type={(mount.IsVolume ? "volume" : "bind")},source={mount.Source},target={mount.Target}";
        return ["--mount", mount.IsReadOnly ? text + ",readonly" : text];
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..10];
}
