using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace AsyncStack.ServiceDefaults.Tests.Clients;

[Collection(ClientServersCollection.Name)]
public sealed class RedisTests(ClientServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Values_come_back()
    {
        await using var service = await StartAsync(servers.RedisConnectionString);
        var database = service.Get<IConnectionMultiplexer>().GetDatabase();
        var key = $"test:{Guid.NewGuid():N}";

        await database.StringSetAsync(key, "kept", TimeSpan.FromMinutes(1));

        Assert.Equal("kept", (string?)await database.StringGetAsync(key));
        Assert.Equal("""{"status":"healthy"}""", await service.Client.GetStringAsync("/health", Stop));
    }

    [Fact]
    public async Task Without_Redis_the_service_starts_in_seconds_and_is_healthy_but_degraded()
    {
        await using var wire = new Wire("127.0.0.1", 1);
        await wire.CutAsync();
        await using var service = await StartAsync($"127.0.0.1:{wire.Port}");

        var started = Stopwatch.GetTimestamp();
        _ = service.Get<IConnectionMultiplexer>();

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
        Assert.Equal(
            """{"status":"healthy","degraded":{"StackExchange.Redis":"Redis does not answer"}}""",
            await service.Client.GetStringAsync("/health", Stop));
    }

    [Fact]
    public async Task A_connection_that_was_lost_is_restored()
    {
        var options = ConfigurationOptions.Parse(servers.RedisConnectionString);
        var (host, port) = Address(options.EndPoints[0]);
        await using var wire = new Wire(host, port);
        options.EndPoints.Clear();
        options.EndPoints.Add("127.0.0.1", wire.Port);
        using var lost = new LogSignal("Redis connection lost: Interactive");
        using var restored = new LogSignal("Redis connection restored: Interactive");
        await using var service = await StartAsync(options.ToString(includePassword: true), lost, restored);
        var database = service.Get<IConnectionMultiplexer>().GetDatabase();
        await database.PingAsync();

        await wire.CutAsync();
        await lost.Seen;
        await Assert.ThrowsAnyAsync<RedisException>(() => database.PingAsync());
        wire.Mend();
        await restored.Seen;

        // The driver tells of the connection a moment before it gives commands to it.
        await service.BecomesAsync("""{"status":"healthy"}""");
        await database.PingAsync();
    }

    [Fact]
    public async Task A_restarted_server_is_used_again()
    {
        await using var service = await StartAsync(servers.RedisConnectionString);
        var database = service.Get<IConnectionMultiplexer>().GetDatabase();
        await database.PingAsync();

        await servers.RestartAsync(Testing.Servers.Redis, Stop);
        await service.BecomesAsync("""{"status":"healthy"}""");

        await database.PingAsync();
    }

    private static (string Host, int Port) Address(EndPoint endpoint) => endpoint switch
    {
        DnsEndPoint dns => (dns.Host, dns.Port),
        IPEndPoint ip => (ip.Address.ToString(), ip.Port),
        _ => throw new NotSupportedException(endpoint.GetType().Name),
    };

    private static Task<TestService> StartAsync(string connectionString, params ILoggerProvider[] loggers) =>
        TestService.StartAsync(
            builder =>
            {
                foreach (var logger in loggers)
                    builder.Logging.AddProvider(logger);
                builder.AddRedisClient("cache");
            },
            settings: new() { ["ConnectionStrings:cache"] = connectionString, ["Health:CacheFor"] = "00:00:00" });
}
