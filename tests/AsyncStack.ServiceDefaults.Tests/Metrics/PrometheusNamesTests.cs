using AsyncStack.ServiceDefaults.Metrics;

namespace AsyncStack.ServiceDefaults.Tests.Metrics;

public sealed class PrometheusNamesTests
{
    [Theory]
    [InlineData("http.server.request.duration", "s", nameof(MetricKind.Histogram), "http_server_request_duration_seconds")]
    [InlineData("queue.age_seconds", "s", nameof(MetricKind.Gauge), "queue_age_seconds")]
    [InlineData("seconds", "s", nameof(MetricKind.Gauge), "seconds")]
    [InlineData("requests_total", "{request}", nameof(MetricKind.Counter), "requests")]
    [InlineData("cpu.use", "1", nameof(MetricKind.Gauge), "cpu_use_ratio")]
    [InlineData("tries", "1", nameof(MetricKind.Counter), "tries")]
    [InlineData("speed", "By/s", nameof(MetricKind.Gauge), "speed_bytes_per_second")]
    [InlineData("rate", "{job}/min", nameof(MetricKind.Gauge), "rate_per_minute")]
    [InlineData("2nd..try--count", null, nameof(MetricKind.Counter), "_2nd_try_count")]
    [InlineData("odd", "furlongs^2", nameof(MetricKind.Gauge), "odd_furlongs_2")]
    public void Names_follow_the_compatibility_rules(string name, string? unit, string kind, string expected)
    {
        var parsed = Enum.Parse<MetricKind>(kind);

        Assert.Equal(expected, PrometheusNames.Family(name, PrometheusNames.Unit(unit, parsed), parsed));
    }

    [Theory]
    [InlineData("http.route", "http_route")]
    [InlineData("9lives", "_9lives")]
    [InlineData("a:b", "a_b")]
    public void Label_names_have_no_colons_dots_or_leading_digits(string name, string expected) =>
        Assert.Equal(expected, PrometheusNames.Label(name));
}
