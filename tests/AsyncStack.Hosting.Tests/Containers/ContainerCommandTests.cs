using AsyncStack.Hosting.Runtime;
using AsyncStack.Hosting.Runtime.Containers;
using AsyncStack.Hosting.Tests.Native;

namespace AsyncStack.Hosting.Tests.Containers;

public sealed class ContainerCommandTests
{
    private static readonly ContainerEngine Docker = new("/usr/bin/docker", IsPodman: false);
    private static readonly ContainerFiles Files = new("/data/environment", new Dictionary<string, string> { ["LINES"] = "a\nb" }, []);

    [Fact]
    public void Ports_are_published_on_loopback_and_the_host_has_a_name()
    {
        var start = RunningServer.Describe("redis", "/data");

        var line = Line(start);

        Assert.Contains($"--publish 127.0.0.1:{start.Ports["tcp"]}:6379", line, StringComparison.Ordinal);
        Assert.Contains("--add-host host.docker.internal:host-gateway", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Host_network_publishes_nothing()
    {
        var start = With(container => container with { HostNetwork = true });

        var line = Line(start);

        Assert.Contains("--network host", line, StringComparison.Ordinal);
        Assert.DoesNotContain("--publish", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Entrypoint_replaces_the_recipes_arguments_but_not_the_graphs()
    {
        var start = With(container => container with { Entrypoint = "/bin/sh" }) with { Arguments = ["-c", "true"] };

        Assert.EndsWith("--entrypoint /bin/sh redis:latest -c true", Line(start), StringComparison.Ordinal);
    }

    [Fact]
    public void Volumes_keep_their_name_and_read_only_mounts_stay_so()
    {
        var start = With(container => container with
        {
            Mounts = [new("cache-data", "/data", IsReadOnly: false, IsVolume: true), new("/host/file", "/file", IsReadOnly: true, IsVolume: false)],
        });

        var line = Line(start);

        Assert.Contains("--mount type=volume,source=cache-data,target=/data", line, StringComparison.Ordinal);
        Assert.Contains("--mount type=bind,source=/host/file,target=/file,readonly", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_of_several_lines_go_through_the_clients_environment()
    {
        var line = Line(RunningServer.Describe("redis", "/data"));

        Assert.Contains("--env-file /data/environment", line, StringComparison.Ordinal);
        Assert.Contains("--env LINES ", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Container_belongs_to_this_process_unless_it_persists()
    {
        var start = RunningServer.Describe("redis", "/data");
        var persistent = With(container => container with { Persistent = true });

        Assert.Contains($"--rm --label {ContainerOwner.Label}={ContainerOwner.Current}", Line(start), StringComparison.Ordinal);
        Assert.DoesNotContain(ContainerOwner.Label, Line(persistent), StringComparison.Ordinal);
        Assert.NotEqual(ContainerCommand.NameOf(start), ContainerCommand.NameOf(persistent));
        Assert.False(ContainerOwner.HasEnded(ContainerOwner.Current));
    }

    private static ResourceStart With(Func<ContainerSpec, ContainerSpec> change)
    {
        var start = RunningServer.Describe("redis", "/data");
        return start with { Container = change(start.Container) };
    }

    private static string Line(ResourceStart start) =>
        string.Join(' ', ContainerCommand.Run(start, ContainerRecipe.For("redis"), Docker, Files));
}
