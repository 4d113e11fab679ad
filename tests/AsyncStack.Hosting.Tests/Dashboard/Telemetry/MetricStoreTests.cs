using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Dashboard.Telemetry;
using AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

namespace AsyncStack.Hosting.Tests.Dashboard.Telemetry;

public sealed class MetricStoreTests
{
    private const AggregationTemporality Delta = AggregationTemporality.Delta;
    private const AggregationTemporality Cumulative = AggregationTemporality.Cumulative;

    private readonly ManualTime _time = new();

    [Fact]
    public void A_cumulative_sum_begins_at_0_where_its_stream_began_and_goes_on_through_restarts()
    {
        using var session = Session();

        session.Add(Wires.Metrics(Wires.Sum("jobs", Cumulative, true,
            Wires.Number(10, at: 10, start: 1), Wires.Number(15, at: 20, start: 1), Wires.Number(2, at: 30, start: 25), Wires.Number(7, at: 40, start: 25))));

        Assert.Equal([(1, 0), (10, 10), (20, 15), (25, 15), (30, 17), (40, 22)], Points(session, "jobs"));
    }

    [Fact]
    public void A_restart_is_seen_by_a_smaller_value_where_no_start_tells_it()
    {
        using var session = Session();

        session.Add(Wires.Metrics(Wires.Sum("jobs", Cumulative, true, [.. new[] { 10.0, 12, 1, 5 }.Select((value, i) => Wires.Number(value, at: i + 1))])));

        Assert.Equal([10, 12, 13, 17], Points(session, "jobs").Select(p => p.Value));
    }

    [Fact]
    public void Deltas_add_up()
    {
        using var session = Session();

        session.Add(Wires.Metrics(Wires.Sum("jobs", Delta, true,
            Wires.Number(3, at: 10, start: 5), Wires.Number(4, at: 20, start: 10), Wires.Number(1, at: 40, start: 30))));

        Assert.Equal([(5, 0), (10, 3), (20, 7), (30, 7), (40, 8)], Points(session, "jobs"));
    }

    [Fact]
    public void A_sum_that_may_fall_is_a_level_and_its_deltas_add_up()
    {
        using var session = Session();

        session.Add(Wires.Metrics(
            Wires.Sum("held", Cumulative, false, Wires.Number(5, at: 1), Wires.Number(2, at: 2)),
            Wires.Sum("open", Delta, false, Wires.Number(5, at: 1), Wires.Number(-2, at: 2))));

        Assert.Equal([(1, 5), (2, 2)], Points(session, "held"));
        Assert.Equal([(1, 5), (2, 3)], Points(session, "open"));
    }

    [Fact]
    public void Points_that_come_again_or_late_are_left_out()
    {
        using var session = Session();
        var request = Wires.Metrics(Wires.Sum("jobs", Delta, true, Wires.Number(3, at: 10, start: 5)));

        session.Add(request);
        var refused = session.Add(request);
        session.Add(Wires.Metrics(Wires.Sum("jobs", Delta, true, Wires.Number(9, at: 8, start: 5))));

        Assert.Equal(0, refused.Count);
        Assert.Equal([(5, 0), (10, 3)], Points(session, "jobs"));
    }

    [Fact]
    public void Points_without_value_or_of_another_time_are_no_points()
    {
        using var session = Session();
        var ended = Wires.Number(1, at: 1);
        ended.Flags = (uint)DataPointFlags.NoRecordedValueMask;

        var refused = session.Add(Wires.Metrics(Wires.Gauge("level", ended, Wires.Number(double.NaN, at: 2), Wires.Number(1, at: 7200), Wires.Number(1, at: -100_000), Wires.Number(4, at: 3))));

        Assert.Equal(2, refused.Count);
        Assert.Contains("'level'", refused.Reason, StringComparison.Ordinal);
        Assert.Equal([(3, 4)], Points(session, "level"));
    }

    [Fact]
    public void Histograms_add_up_whatever_their_temporality()
    {
        using var session = Session();
        double[] bounds = [1, 2];

        session.Add(Wires.Metrics(
            new Metric { Name = "a", Histogram = new() { AggregationTemporality = Delta, DataPoints = { Wires.Histogram(10, 5, bounds, 1, 2, 3), Wires.Histogram(20, 10, bounds, 1, 0, 0) } } },
            new Metric { Name = "b", Histogram = new() { AggregationTemporality = Cumulative, DataPoints = { Wires.Histogram(10, 5, bounds, 1, 2, 3), Wires.Histogram(20, 15, bounds, 1, 0, 0) } } }));

        Assert.Equal([(5, 0), (10, 6), (20, 7)], Points(session, "a"));
        Assert.Equal([2, 2, 3], Assert.IsType<ExplicitBuckets>(Read(session, "a")[^1].Distribution).Counts);
        Assert.Equal([(5, 0), (10, 6), (15, 6), (20, 7)], Points(session, "b"));
        Assert.Equal([2, 2, 3], Assert.IsType<ExplicitBuckets>(Read(session, "b")[^1].Distribution).Counts);
    }

    [Fact]
    public void A_histogram_with_other_bounds_begins_anew()
    {
        using var session = Session();

        session.Add(Wires.Metrics(new Metric { Name = "a", Histogram = new() { AggregationTemporality = Delta, DataPoints = { Wires.Histogram(10, 5, [1, 2], 1, 2, 3), Wires.Histogram(20, 10, [5], 4, 0) } } }));

        Assert.Equal([4, 0], Assert.IsType<ExplicitBuckets>(Read(session, "a").Single().Distribution).Counts);
        Assert.Equal((1L, 2L), (session.Metrics.Counts.Kept, session.Metrics.Counts.Dropped));
    }

    [Theory]
    [InlineData(new[] { 1.0, 2 }, new ulong[] { 1, 2 }, 3, "one bucket more than bounds")]
    [InlineData(new[] { 2.0, 1 }, new ulong[] { 1, 2, 3 }, 6, "must increase")]
    [InlineData(new[] { 1.0, 2 }, new ulong[] { 1, 2, 3 }, 7, "do not add up")]
    [InlineData(new[] { 1.0 }, new ulong[0], 7, "no buckets")]
    [InlineData(new[] { 1.0 }, new[] { ulong.MaxValue, ulong.MaxValue }, 1, "do not add up")]
    public void A_histogram_that_contradicts_itself_is_refused(double[] bounds, ulong[] counts, ulong count, string reason)
    {
        using var session = Session();
        var point = new HistogramDataPoint { TimeUnixNano = Wires.At(1), ExplicitBounds = { bounds }, BucketCounts = { counts }, Count = count };

        var refused = session.Add(Wires.Metrics(new Metric { Name = "a", Histogram = new() { AggregationTemporality = Delta, DataPoints = { point } } }));

        Assert.Equal(1, refused.Count);
        Assert.Contains(reason, refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_instrument_has_a_bounded_number_of_series_and_silent_ones_make_room()
    {
        using var session = Session(l => l.SeriesPerInstrument = 3);
        NumberDataPoint Of(int label, double at) => Wires.Number(1, at, 0, Wires.Attribute("id", label));
        session.Add(Wires.Metrics(Wires.Gauge("level", Of(1, 1), Of(2, 2), Of(3, 3))));

        var refused = session.Add(Wires.Metrics(Wires.Gauge("level", Of(4, 4), Of(1, 5))));
        _time.Now += TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(2.5);
        var taken = session.Add(Wires.Metrics(Wires.Gauge("level", Of(5, 300))));

        Assert.Equal(1, refused.Count);
        Assert.Contains("3 combinations", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(0, taken.Count);
        var (_, series) = session.Metrics.Find("api", "Tests.Meter", "level")!.Value;
        Assert.Equal(["1", "3", "5"], series.Select(s => Chart.LabelOf(s, "id")).Order());
    }

    [Fact]
    public void A_series_with_too_many_points_is_thinned_where_it_is_old_and_its_total_stays()
    {
        using var session = Session(l => l.PointsPerSeries = 100);
        for (var i = 1; i <= 1000; i++)
            session.Add(Wires.Metrics(Wires.Sum("jobs", Cumulative, true, Wires.Number(i, at: i))));

        var points = Points(session, "jobs");
        Assert.InRange(points.Length, 50, 100);
        Assert.Equal((1, 1), points[0]);
        Assert.Equal(Enumerable.Range(951, 50).Select(i => (i, (double)i)), points[^50..]);
        Assert.All(points, p => Assert.Equal(p.At, p.Value));
        Assert.Equal(points.Length, session.Metrics.Counts.Kept);
        Assert.Equal(1000 - points.Length, session.Metrics.Counts.Dropped);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Points_and_bytes_over_the_limit_push_out_the_oldest_of_all_series(bool byBytes)
    {
        using var session = Session(l => (l.MetricPoints, l.Bytes) = byBytes ? (1_000_000, 1 << 20) : (1000, 64 << 20));
        var rounds = byBytes ? 1000 : 100;
        for (var i = 1; i <= rounds; i++)
        {
            session.Add(Wires.Metrics([.. Enumerable.Range(0, 50).Select(n => Wires.Gauge($"level-{n}", Wires.Number(i, at: i)))]));
            Assert.True(session.Metrics.Counts.Kept <= 1000 || byBytes);
            Assert.True(session.Metrics.Counts.Bytes <= 1 << 20 || !byBytes);
        }

        var points = Points(session, "level-0");
        Assert.Equal(rounds, points[^1].At);
        Assert.Equal(Enumerable.Range(points[0].At, points.Length), points.Select(p => p.At));
        Assert.InRange(points.Length, 15, rounds - 1);
        Assert.Equal(rounds * 50, session.Metrics.Counts.Kept + session.Metrics.Counts.Dropped);
    }

    [Fact]
    public void Instruments_that_are_silent_for_longer_than_the_age_are_gone()
    {
        using var session = Session(l => l.Age = TimeSpan.FromMinutes(10));
        session.Add(Wires.Metrics(Wires.Gauge("level", Wires.Number(1, at: 1))));

        _time.Now += TimeSpan.FromMinutes(11);

        Assert.Empty(session.Metrics.ReadInstruments());
        Assert.Equal((0L, 0L, 1L), (session.Metrics.Counts.Kept, session.Metrics.Counts.Bytes, session.Metrics.Counts.Dropped));
    }

    [Fact]
    public void Replicas_have_series_of_their_own()
    {
        using var session = Session();
        session.Add(Wires.Metrics(Wires.Resource("api", "one"), Wires.Sum("jobs", Cumulative, true, Wires.Number(10, at: 1))));
        session.Add(Wires.Metrics(Wires.Resource("api", "two"), Wires.Sum("jobs", Cumulative, true, Wires.Number(4, at: 1))));

        var (info, _, series) = session.Metrics.ReadInstruments().Single();
        Assert.Equal("api", info.Resource);
        Assert.Equal(["one", "two"], series.Select(s => s.Origin.Instance).Order());
    }

    private static (int At, double Value)[] Points(TelemetrySession session, string name) =>
        [.. Read(session, name).Select(p => ((int)((p.Time - (long)Wires.At(0)) / 1_000_000_000), p.Value))];

    private static Point[] Read(TelemetrySession session, string name) =>
        session.Metrics.Read(session.Metrics.Find("api", "Tests.Meter", name)!.Value.Series.Single(), 0, long.MaxValue);

    private TelemetrySession Session(Action<TelemetryLimits>? configure = null)
    {
        var limits = new TelemetryLimits();
        configure?.Invoke(limits);
        return new TelemetrySession(limits, _time);
    }
}
