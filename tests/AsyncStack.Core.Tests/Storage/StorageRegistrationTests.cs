using AsyncStack.Core.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Core.Tests.Storage;

public sealed class StorageRegistrationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Service_starts_without_the_server_and_turns_healthy_once_it_is_up()
    {
        await using var server = new S3Server();
        await server.InitializeAsync();
        await using var wire = new Wire("127.0.0.1", server.Port);
        await wire.CutAsync();
        using var host = Host(S3Server.ConnectionStringFor(wire.Port));
        await host.StartAsync(Cancellation);
        var health = host.Services.GetRequiredService<HealthCheckService>();
        var before = await health.CheckHealthAsync(Cancellation);

        wire.Mend();

        Assert.Equal(HealthStatus.Unhealthy, before.Status);
        Assert.Contains("storage", before.Entries.Keys);
        await BecomesHealthyAsync(health);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Wrong_connection_string_stops_the_start()
    {
        using var host = Host("Driver=nothing");

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancellation));

        Assert.Contains("ConnectionStrings:storage: Driver is 'nothing'", fault.Message, StringComparison.Ordinal);
    }

    private static IHost Host(string connectionString)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration["ConnectionStrings:storage"] = connectionString;
        builder.Logging.ClearProviders();
        builder.AddObjectStorage("storage");
        return builder.Build();
    }

    private static Task BecomesHealthyAsync(HealthCheckService health) =>
        Waiting.ForAsync(async () => (await health.CheckHealthAsync(Cancellation)).Status == HealthStatus.Healthy);
}
