using System.Text.Json.Nodes;
using AsyncStack.Publishing.Tests.Support;

namespace AsyncStack.Publishing.Tests.Containers;

/// <summary>
/// One node: runs the pods of rendered manifests in a container engine as a kubelet does, each under its own address with its init
/// containers, volumes, users, limits and probes. Names of Services lead to their pods; claims outlive the pods.
/// </summary>
internal sealed class Node(IReadOnlyDictionary<string, string> images) : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<NodePod> _pods = [];

    public Manifests Manifests { get; private set; } = new([]);

    /// <summary>Names of Services with addresses of their pods, as every container sees them.</summary>
    public string Hosts => Path.Combine(_folder.Path, "hosts");

    /// <summary>The programs that images of ours hold, by the image's name.</summary>
    public IReadOnlyDictionary<string, string> Images => images;

    /// <summary>Starts everything at once, as a cluster does, and waits until all pods are ready and all jobs have ended.</summary>
    public async Task InstallAsync(Manifests manifests, CancellationToken cancellationToken)
    {
        Manifests = manifests;
        await File.WriteAllTextAsync(Hosts, "127.0.0.1 localhost\n", cancellationToken);
        foreach (var pod in manifests.Pods().Where(p => p.Serves || p.Owner.Kind() == "Job"))
            _pods.Add(await AddAsync(pod, cancellationToken));
        await Task.WhenAll(_pods.Select(p => p.StartAsync(cancellationToken)));
    }

    /// <summary>Runs a pod to its end.</summary>
    /// <returns>Its exit code and what it wrote.</returns>
    public async Task<Outcome> RunAsync(Pod pod, CancellationToken cancellationToken)
    {
        var own = await AddAsync(pod, cancellationToken);
        _pods.Add(own);
        return await own.RunAsync(cancellationToken);
    }

    /// <summary>Stops and removes all pods; what they keep in claims stays.</summary>
    public async Task UninstallAsync()
    {
        await Task.WhenAll(_pods.Select(p => p.DisposeAsync().AsTask()));
        _pods.Clear();
        if (Directory.Exists(Path.Combine(_folder.Path, "pods")))
            Directory.Delete(Path.Combine(_folder.Path, "pods"), recursive: true);
    }

    public string AddressOf(string service) => File.ReadLines(Hosts).Select(l => l.Split(' ')).Single(l => l[1] == service)[0];

    /// <summary>A folder of a pod or of a claim, which anybody may write to, as those of emptyDirs and of local volumes are.</summary>
    public string Folder(params string[] path)
    {
        var folder = Path.Combine([_folder.Path, .. path]);
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        }

        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        await UninstallAsync();
        _folder.Dispose();
    }

    private async Task<NodePod> AddAsync(Pod pod, CancellationToken cancellationToken)
    {
        var own = await NodePod.CreateAsync(this, pod, cancellationToken);
        foreach (var service in Manifests.Of("Service").Where(s => s.At("spec", "selector").Texts().Matches(pod.Labels)))
            await File.AppendAllTextAsync(Hosts, $"{own.Address} {service.Name()}\n", cancellationToken);
        return own;
    }

    public static async Task<string> DockerAsync(params string[] arguments) => (await Programs.RunAsync("docker", arguments)).Succeeded().Trim();

    public JsonObject Data(string kind, string name) => Manifests.Get(kind, name)["data"].As();
}
