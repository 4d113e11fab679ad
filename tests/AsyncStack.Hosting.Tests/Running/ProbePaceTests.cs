using AsyncStack.Hosting.Running;

namespace AsyncStack.Hosting.Tests.Running;

public sealed class ProbePaceTests
{
    [Fact]
    public void Probes_are_eager_while_unhealthy_and_idle_while_healthy()
    {
        var pace = new ProbePace();

        Assert.Equal([100, 150, 225], Milliseconds(pace, isHealthy: false, times: 3));
        Assert.Equal([5000, 7500, 11250, 15000, 15000], Milliseconds(pace, isHealthy: true, times: 5));
        Assert.Equal(100, pace.Next(isHealthy: false).TotalMilliseconds);
        Assert.Equal(1000, Milliseconds(pace, isHealthy: false, times: 20).Last());
    }

    private static List<double> Milliseconds(ProbePace pace, bool isHealthy, int times)
        => [.. Enumerable.Range(0, times).Select(_ => pace.Next(isHealthy).TotalMilliseconds)];
}
