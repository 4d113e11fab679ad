using AsyncStack.Hosting.Runtime;
using AsyncStack.Hosting.Runtime.Native;
using StackExchange.Redis;

namespace AsyncStack.Hosting.Tests.Native;

public sealed class RedisTests
{
    private readonly Redis _runtime = new();
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clients_need_the_graphs_password()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(Describe(folder));

        await WriteAsync(server.Start, "value");

        Assert.Equal("value", await ReadAsync(server.Start));
        Assert.NotNull(await _runtime.ProbeAsync(server.Start with { Password = "another" }, Cancellation));
        Assert.NotNull(await _runtime.ProbeAsync(server.Start with { Password = null }, Cancellation));
    }

    [Fact]
    public async Task Data_volume_outlives_a_crash()
    {
        using var folder = new TemporaryFolder();
        await using (var server = await StartAsync(WithVolume(Describe(folder))))
        {
            await WriteAsync(server.Start, "kept");
            await server.Resource.StopAsync(TimeSpan.FromSeconds(10), Cancellation);
        }

        await using var again = await StartAsync(WithVolume(Describe(folder)));

        Assert.Equal("kept", await ReadAsync(again.Start));
    }

    [Fact]
    public async Task Without_a_volume_it_starts_empty()
    {
        using var folder = new TemporaryFolder();
        await using (var server = await StartAsync(Describe(folder)))
        {
            await WriteAsync(server.Start, "gone");
        }

        await using var again = await StartAsync(Describe(folder));

        Assert.Null(await ReadAsync(again.Start));
    }

    private static ResourceStart Describe(TemporaryFolder folder) =>
        RunningServer.Describe("redis", folder.Path) with { Password = "p-\"quoted\"" };

    private static ResourceStart WithVolume(ResourceStart start) => start with
    {
        Container = start.Container with { Mounts = [new ContainerMount("cache", "/data", IsReadOnly: false, IsVolume: true)] },
    };

    private Task<RunningServer> StartAsync(ResourceStart start) => RunningServer.StartAsync(_runtime, start, Cancellation);

    private static async Task WriteAsync(ResourceStart start, string value)
    {
        using var client = await ConnectAsync(start);
        await client.GetDatabase().StringSetAsync("key", value);
    }

    private static async Task<string?> ReadAsync(ResourceStart start)
    {
        using var client = await ConnectAsync(start);
        return await client.GetDatabase().StringGetAsync("key");
    }

    private static Task<ConnectionMultiplexer> ConnectAsync(ResourceStart start)
    {
        var options = new ConfigurationOptions { Password = start.Password };
        options.EndPoints.Add("127.0.0.1", start.Ports["tcp"]);
        return ConnectionMultiplexer.ConnectAsync(options);
    }
}
