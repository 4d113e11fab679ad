using System.Net;
using AsyncStack.ServiceDefaults.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AsyncStack.ServiceDefaults.Tests;

public sealed class HealthTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_without_trouble_is_healthy_and_alive()
    {
        await using var service = await TestService.StartAsync();

        Assert.Equal("""{"status":"healthy"}""", await service.Client.GetStringAsync("/health", Stop));
        Assert.Equal("""{"status":"healthy"}""", await service.Client.GetStringAsync("/alive", Stop));
    }

    [Fact]
    public async Task A_failing_check_answers_503_with_its_reason_and_no_foreign_message()
    {
        await using var service = await TestService.StartAsync(builder => builder.Services.AddHealthChecks()
            .AddCheck("told", () => HealthCheckResult.Unhealthy("the disk is full"))
            .AddCheck("thrown", () => throw new InvalidOperationException("Password=secret")));

        using var answer = await service.Client.GetAsync("/health", Stop);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(
            """{"status":"unhealthy","checks":{"told":"the disk is full","thrown":"InvalidOperationException"}}""",
            await answer.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task A_check_that_hangs_and_ignores_its_token_fails_at_the_deadline()
    {
        var never = new TaskCompletionSource<HealthCheckResult>();
        await using var service = await TestService.StartAsync(
            builder => builder.Services.AddHealthChecks().AddAsyncCheck("stuck", () => never.Task),
            settings: new() { ["Health:Deadline"] = "00:00:00.100" });

        using var answer = await service.Client.GetAsync("/health", Stop);

        Assert.Equal(
            """{"status":"unhealthy","checks":{"stuck":"no answer within 0.1 s"}}""",
            await answer.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task A_check_that_hangs_is_started_once_however_often_it_is_asked()
    {
        var never = new TaskCompletionSource<HealthCheckResult>();
        var started = 0;
        await using var service = await TestService.StartAsync(
            builder => builder.Services.AddHealthChecks().AddAsyncCheck("stuck", () =>
            {
                Interlocked.Increment(ref started);
                return never.Task;
            }),
            settings: new() { ["Health:Deadline"] = "00:00:00.050", ["Health:CacheFor"] = "00:00:00" });

        for (var probe = 0; probe < 3; probe++)
            (await service.Client.GetAsync("/health", Stop)).Dispose();

        Assert.Equal(1, started);
    }

    [Fact]
    public async Task An_optional_check_that_fails_is_told_but_leaves_the_service_healthy()
    {
        await using var service = await TestService.StartAsync(builder =>
        {
            builder.Services.AddHealthChecks().AddCheck("cache", () => HealthCheckResult.Unhealthy("away"));
            builder.Services.Configure<HealthOptions>(options => options.Optional.Add("cache"));
        });

        Assert.Equal(
            """{"status":"healthy","degraded":{"cache":"away"}}""",
            await service.Client.GetStringAsync("/health", Stop));
    }

    [Fact]
    public async Task A_flood_of_probes_runs_the_checks_once()
    {
        var runs = 0;
        await using var service = await TestService.StartAsync(
            builder => builder.Services.AddHealthChecks().AddCheck("counted", () =>
            {
                Interlocked.Increment(ref runs);
                return HealthCheckResult.Healthy();
            }),
            settings: new() { ["Health:CacheFor"] = "00:05:00" });

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => service.Client.GetStringAsync("/health", Stop)));

        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Without_cache_time_every_probe_asks_again()
    {
        var healthy = false;
        await using var service = await TestService.StartAsync(
            builder => builder.Services.AddHealthChecks().AddCheck(
                "flips", () => healthy ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("not yet")),
            settings: new() { ["Health:CacheFor"] = "00:00:00" });

        using var before = await service.Client.GetAsync("/health", Stop);
        healthy = true;
        using var after = await service.Client.GetAsync("/health", Stop);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, before.StatusCode);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task A_nonsensical_deadline_stops_the_start_and_names_the_setting()
    {
        await using var app = TestService.Build(settings: new() { ["Health:Deadline"] = "00:00:00" });

        var failure = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => app.StartAsync(Stop));

        Assert.Contains("Health:Deadline must be positive", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_health_command_ends_as_the_service_answers()
    {
        var healthy = true;
        await using var service = await TestService.StartAsync(
            builder => builder.Services.AddHealthChecks().AddCheck("thing", () => healthy ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy()),
            settings: new() { ["Health:CacheFor"] = "00:00:00" });
        var address = new Uri(service.Client.BaseAddress!, "/health").AbsoluteUri;

        Assert.Equal(0, await HealthCommand.RunAsync(["healthcheck", address]));
        healthy = false;
        Assert.Equal(1, await HealthCommand.RunAsync(["healthcheck", address]));
        Assert.Equal(1, await HealthCommand.RunAsync(["healthcheck", "http://127.0.0.1:1/health"]));
        Assert.Null(await HealthCommand.RunAsync([]));
    }
}
