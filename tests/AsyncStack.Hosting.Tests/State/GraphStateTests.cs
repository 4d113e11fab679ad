using AsyncStack.Hosting.State;
using AsyncStack.Hosting.Tests.Native;

namespace AsyncStack.Hosting.Tests.State;

public sealed class GraphStateTests
{
    [Fact]
    public void Values_and_ports_outlive_the_graph()
    {
        using var folder = new TemporaryFolder();
        string password;
        using (var first = GraphState.Open(folder.Path, configuredHome: null))
        {
            password = first.GetOrAddValue("password", () => Guid.NewGuid().ToString());
            first.SetPorts([new("api/http", 23456)]);
        }

        using var second = GraphState.Open(folder.Path, configuredHome: null);

        Assert.Equal(password, second.GetOrAddValue("password", () => "another"));
        Assert.Equal(23456, second.GetPort("api/http"));
    }

    [Fact]
    public void Second_graph_of_a_checkout_takes_a_slot_of_its_own_and_finds_it_again()
    {
        using var folder = new TemporaryFolder();
        using var first = GraphState.Open(folder.Path, configuredHome: null);
        string home;
        using (var second = GraphState.Open(folder.Path, configuredHome: null))
        {
            home = second.Home!;
            second.SetPorts([new("api/http", 24567)]);
            Assert.NotEqual(first.Home, home);
            Assert.NotEqual(first.Id, second.Id);
        }

        using var again = GraphState.Open(folder.Path, configuredHome: null);
        Assert.Equal(home, again.Home);
        Assert.Equal(24567, again.GetPort("api/http"));
        Assert.Null(first.GetPort("api/http"));
    }

    [Fact]
    public void State_is_readable_by_its_owner_only()
    {
        using var folder = new TemporaryFolder();
        using var state = GraphState.Open(folder.Path, configuredHome: null);
        state.GetOrAddValue("password", () => "secret");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(state.Home!, "state.json")));
    }

    [Fact]
    public void Configured_home_takes_the_place_of_the_checkouts()
    {
        using var checkout = new TemporaryFolder();
        using var elsewhere = new TemporaryFolder();
        using var state = GraphState.Open(checkout.Path, Path.Combine(elsewhere.Path, "home"));

        Assert.Equal(Path.Combine(elsewhere.Path, "home"), state.Home);
        Assert.False(Path.Exists(Path.Combine(checkout.Path, ".asyncstack")));
    }

    [Fact]
    public void Unreadable_state_is_not_overwritten()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, ".asyncstack"));
        var file = Path.Combine(folder.Path, ".asyncstack", "state.json");
        File.WriteAllText(file, "{ broken");

        var refused = Assert.Throws<DistributedApplicationException>(() => GraphState.Open(folder.Path, configuredHome: null));

        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.Equal("{ broken", File.ReadAllText(file));
    }

    [Fact]
    public void Thrown_away_state_leaves_no_folder()
    {
        string root;
        using (var state = GraphState.ThrowAway())
        {
            root = state.Data.Root;
            Assert.True(Directory.Exists(root));
        }

        Assert.False(Path.Exists(root));
        Assert.False(Path.Exists(root + ".lock"));
    }

    [Fact]
    public async Task Folder_of_a_killed_graph_is_removed_by_the_next_and_one_in_use_is_not()
    {
        var killed = Path.Combine(Path.GetTempPath(), $"asyncstack-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path.Combine(killed, "cache"));
        File.WriteAllText(killed + ".lock", "");
        using var running = GraphState.ThrowAway();
        var inUse = running.Data.Root;

        using var next = GraphState.ThrowAway();
        _ = next.Data;

        // Another graph of the machine may be the one that removes it, and be at it yet.
        await Waiting.ForAsync(() => !Path.Exists(killed) && !Path.Exists(killed + ".lock"));
        Assert.True(Directory.Exists(inUse));
    }

    [Fact]
    public void Port_taken_by_a_stranger_or_another_graph_is_replaced()
    {
        using var ports = new PortAllocator();
        using var others = new PortAllocator();
        var reserved = others.Allocate(null);
        var listened = others.Allocate(null);
        using var stranger = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, listened);
        stranger.Start();
        others.Dispose();
        using var third = new PortAllocator();
        Assert.Equal(reserved, third.Allocate(reserved));

        Assert.NotEqual(reserved, ports.Allocate(reserved));
        Assert.NotEqual(listened, ports.Allocate(listened));
    }
}
