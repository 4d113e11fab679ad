using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using AsyncStack.Publishing.Tests.Support;

namespace AsyncStack.Publishing.Tests.Containers;

/// <summary>One pod on a <see cref="Node"/>: a container that holds its network, and those of its own that share it.</summary>
internal sealed class NodePod : IAsyncDisposable
{
    private static readonly string[] Probes = ["startupProbe", "readinessProbe", "livenessProbe"];
    private readonly Node _node;
    private readonly Pod _pod;
    private readonly string _sandbox;
    private readonly List<string> _containers = [];
    private readonly string _name;

    private NodePod(Node node, Pod pod, string sandbox, string address)
    {
        (_node, _pod, _sandbox, Address) = (node, pod, sandbox, address);
        _name = pod.Owner.Name();
    }

    public string Address { get; }

    public static async Task<NodePod> CreateAsync(Node node, Pod pod, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var sandbox = await Node.DockerAsync("run", "--detach", "--entrypoint", "sleep", "asyncstack-test/base", "infinity");
        return new NodePod(node, pod, sandbox, await Node.DockerAsync("inspect", "--format", "{{.NetworkSettings.IPAddress}}", sandbox));
    }

    /// <summary>Runs it until it is ready, or to its end where it is a job.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_pod.Serves)
        {
            (await RunAsync(cancellationToken)).Succeeded();
            return;
        }

        await InitializeAsync(cancellationToken);
        var container = _pod.Containers.Single();
        var id = await CreateAsync(container, "--restart", "always");
        await Node.DockerAsync("start", id);
        foreach (var probe in Probes)
            await SucceedAsync(container, id, container[probe].As(), cancellationToken);
    }

    /// <summary>Runs it to its end, again where its policy says so.</summary>
    public async Task<Outcome> RunAsync(CancellationToken cancellationToken)
    {
        await InitializeAsync(cancellationToken);
        return await CompleteAsync(_pod.Containers.Single(), _pod.Spec.Text("restartPolicy") == "OnFailure", cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        var grace = _pod.Spec.Text("terminationGracePeriodSeconds") ?? "30";
        foreach (var id in _containers)
            await Node.DockerAsync("stop", "--time", grace, id);
        await Node.DockerAsync(["rm", "--force", "--volumes", .. _containers, _sandbox]);
    }

    private async Task InitializeAsync(CancellationToken cancellationToken)
    {
        foreach (var container in _pod.Spec.List("initContainers"))
            (await CompleteAsync(container, again: true, cancellationToken)).Succeeded();
    }

    private async Task<Outcome> CompleteAsync(JsonObject container, bool again, CancellationToken cancellationToken)
    {
        var id = await CreateAsync(container);
        while (true)
        {
            var outcome = await Programs.RunAsync("docker", ["start", "--attach", id]);
            if (outcome.ExitCode == 0 || !again)
                return outcome;
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    private async Task<string> CreateAsync(JsonObject container, params string[] more)
    {
        var security = _pod.Spec["securityContext"];
        var image = container.Text("image")!;
        List<string> arguments =
        [
            "create", .. more, "--network", $"container:{_sandbox}", "--user", $"{security.Text("runAsUser")}:{security.Text("runAsGroup")}",
            "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--volume", $"{_node.Hosts}:/etc/hosts:ro",
            "--memory", container.Text("resources", "limits", "memory")!.Replace("i", "", StringComparison.Ordinal), "--cpus", container.Text("resources", "limits", "cpu")!,
        ];
        if (security.Text("fsGroup") is { } group)
            arguments.AddRange(["--group-add", group]);
        foreach (var variable in container.List("env"))
            arguments.AddRange(["--env", $"{variable.Text("name")}={Value(variable)}"]);
        foreach (var mount in container.List("volumeMounts"))
            arguments.AddRange(["--volume", $"{Source(mount)}:{mount.Text("mountPath")}{(mount.Text("readOnly") == "true" ? ":ro" : "")}"]);
        var command = ((JsonArray?)container["command"])?.Select(c => c!.ToString()).ToList() ?? [];
        if (_node.Images.TryGetValue(image, out var program))
        {
            // What the SDK's image of a project holds: the framework, and the project under /app.
            var framework = Path.GetDirectoryName(Environment.ProcessPath)!;
            command = [Environment.ProcessPath!, $"/app/{Path.GetFileName(program)}"];
            arguments.AddRange(["--volume", $"{Path.GetDirectoryName(program)}:/app:ro", "--volume", $"{framework}:{framework}:ro", "--workdir", "/app"]);
            image = "asyncstack-test/base";
        }

        if (command.Count > 0)
            arguments.AddRange(["--entrypoint", command[0]]);
        arguments.AddRange([image, .. command.Skip(1), .. ((JsonArray?)container["args"])?.Select(a => a!.ToString()) ?? []]);
        var id = await Node.DockerAsync([.. arguments]);
        _containers.Add(id);
        return id;
    }

    private string Value(JsonObject variable) => variable.Text("valueFrom", "fieldRef", "fieldPath") switch
    {
        "metadata.name" => _name,
        "metadata.namespace" => "asyncstack",
        null => variable.Text("value")!.Replace("$(POD_NAME)", _name, StringComparison.Ordinal).Replace("$(POD_NAMESPACE)", "asyncstack", StringComparison.Ordinal),
        var path => throw new InvalidOperationException($"{path} is not known here."),
    };

    private string Source(JsonObject mount)
    {
        var name = mount.Text("name")!;
        var volume = _pod.Spec.List("volumes").FirstOrDefault(v => v.Text("name") == name);
        if (volume is null)
            return _node.Folder("claims", $"{name}-{_name}-0");
        var folder = _node.Folder("pods", $"{_pod.Owner.Kind()}-{_name}", name);
        if (volume.Text("configMap", "name") is { } config)
        {
            foreach (var (key, value) in _node.Data("ConfigMap", config))
                File.WriteAllText(Path.Combine(folder, key), value!.ToString());
        }

        foreach (var source in volume.List("projected", "sources"))
        {
            foreach (var item in source.List("secret", "items"))
                WriteSecret(Path.Combine(folder, item.Text("path")!), _node.Data("Secret", source.Text("secret", "name")!)[item.Text("key")!]!.ToString());
        }

        return mount.Text("subPath") is { } file ? Path.Combine(folder, file) : folder;
    }

    // Root's, readable by the pod's group alone.
    private void WriteSecret(string file, string value)
    {
        File.WriteAllBytes(file, Convert.FromBase64String(value));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        using var change = System.Diagnostics.Process.Start("chgrp", [_pod.Spec.Text("securityContext", "fsGroup")!, file]);
        change.WaitForExit();
        Assert.Equal(0, change.ExitCode);
    }

    private async Task SucceedAsync(JsonObject container, string id, JsonObject probe, CancellationToken cancellationToken)
    {
        string? fault;
        while ((fault = await ProbeAsync(container, id, probe, cancellationToken)) is not null)
        {
            if (cancellationToken.IsCancellationRequested)
                Assert.Fail($"{_pod.Name} is not ready: {fault}\n{await Programs.RunAsync("docker", ["logs", "--tail", "40", id])}");
            await Task.Delay(TimeSpan.FromMilliseconds(500), CancellationToken.None);
        }
    }

    private async Task<string?> ProbeAsync(JsonObject container, string id, JsonObject probe, CancellationToken cancellationToken)
    {
        if (probe.At("exec", "command") is JsonArray command)
        {
            var outcome = await Programs.RunAsync("docker", ["exec", id, .. command.Select(c => c!.ToString())]);
            return outcome.ExitCode == 0 ? null : $"{outcome.ExitCode} {outcome.Error}{outcome.Output}";
        }

        var name = probe.Text("httpGet", "port") ?? probe.Text("tcpSocket", "port");
        var port = int.Parse(container.List("ports").Single(p => p.Text("name") == name).Text("containerPort")!, CultureInfo.InvariantCulture);
        try
        {
            if (probe.Text("httpGet", "path") is { } path)
            {
                using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
                using var response = await client.GetAsync(new Uri($"http://{Address}:{port}{path}"), CancellationToken.None);
                return response.IsSuccessStatusCode ? null : $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(CancellationToken.None)}";
            }

            using var socket = new TcpClient();
            await socket.ConnectAsync(Address, port, cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or OperationCanceledException)
        {
            return exception.Message;
        }
    }
}
