using System.Net;
using AsyncStack.ServiceDefaults.Health;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.ServiceDefaults.Tests;

public sealed class LivenessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_loop_is_stalled_once_it_has_been_silent_for_longer_than_it_said()
    {
        var time = new ManualTime();
        var liveness = new Liveness(time);
        var beat = liveness.Watch("sweeper", TimeSpan.FromSeconds(10));

        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(liveness.Stalled());

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("no progress for 11 s, limit 10 s", liveness.Stalled()["sweeper"]);

        beat.Beat();
        Assert.Empty(liveness.Stalled());
    }

    [Fact]
    public void A_loop_that_ended_in_order_is_not_missed_and_its_name_is_free_again()
    {
        var time = new ManualTime();
        var liveness = new Liveness(time);
        liveness.Watch("sweeper", TimeSpan.FromSeconds(10)).Dispose();
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(liveness.Stalled());
        Assert.NotNull(liveness.Watch("sweeper", TimeSpan.FromSeconds(10)));
        Assert.Throws<InvalidOperationException>(() => liveness.Watch("sweeper", TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Alive_answers_503_with_the_loop_that_stalled()
    {
        var time = new ManualTime();
        await using var service = await TestService.StartAsync(
            builder => builder.Services.AddSingleton(new Liveness(time)));
        service.Get<Liveness>().Watch("consumer", TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(42));

        using var answer = await service.Client.GetAsync("/alive", Stop);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(
            """{"status":"unhealthy","checks":{"consumer":"no progress for 42 s, limit 5 s"}}""",
            await answer.Content.ReadAsStringAsync(Stop));
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => _now += by.Ticks;

        public override long GetTimestamp() => _now;
    }
}
