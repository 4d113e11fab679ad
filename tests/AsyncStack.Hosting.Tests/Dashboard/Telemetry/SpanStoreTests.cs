using AsyncStack.Hosting.Dashboard.Telemetry;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;
using AsyncStack.Hosting.Dashboard.Telemetry.Traces;

namespace AsyncStack.Hosting.Tests.Dashboard.Telemetry;

public sealed class SpanStoreTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Traces_go_as_a_whole_the_one_first_that_changed_longest_ago()
    {
        using var session = Session(l => (l.Spans, l.SpansPerTrace) = (4, 4));
        session.Add(Wires.Spans("api", Wires.Span(1, 1), Wires.Span(1, 2), Wires.Span(2, 3)));
        session.Add(Wires.Spans("api", Wires.Span(1, 4)));

        session.Add(Wires.Spans("api", Wires.Span(3, 5)));

        Assert.Null(Find(session, 2));
        Assert.Equal(3, Find(session, 1)!.Spans.Length);
        Assert.Equal((4L, 1L), (session.Spans.Counts.Kept, session.Spans.Counts.Dropped));
    }

    [Fact]
    public void Bytes_over_the_limit_push_out_the_oldest_and_the_count_of_bytes_comes_back_to_nothing()
    {
        using var session = Session(l => (l.Bytes, l.Age) = (1 << 20, TimeSpan.FromMinutes(1)));
        for (var i = 1; i <= 200; i++)
        {
            var span = Wires.Span(i, i, name: $"{i}");
            span.Attributes.Add(Wires.Attribute("text", new string('x', 5000)));
            span.Links.Add(new AsyncStack.Hosting.Dashboard.Otlp.Wire.Span.Types.Link { TraceId = Wires.TraceId(1000 + i), SpanId = Wires.SpanId(1) });
            session.Add(Wires.Spans("api", span));
        }

        Assert.InRange(session.Spans.Counts.Bytes, 1 << 19, 1 << 20);
        Assert.NotNull(Find(session, 200));
        Assert.Null(Find(session, 1));
        Assert.Empty(session.Spans.BacklinksOf(Ids.Trace(Wires.TraceId(1001))));
        Assert.Single(session.Spans.BacklinksOf(Ids.Trace(Wires.TraceId(1200))));

        _time.Now += TimeSpan.FromMinutes(2);
        Assert.Equal((0L, 0L, 200L), (session.Spans.Counts.Kept, session.Spans.Counts.Bytes, session.Spans.Counts.Dropped));
    }

    [Fact]
    public void A_trace_without_end_is_cut_and_the_rest_refused()
    {
        using var session = Session(l => l.SpansPerTrace = 20);

        var refused = session.Add(Wires.Spans("api", [.. Enumerable.Range(1, 25).Select(n => Wires.Span(1, n))]));

        Assert.Equal(5, refused.Count);
        Assert.Contains("20 spans", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(20, Find(session, 1)!.Spans.Length);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    public void A_span_sent_again_counts_once(int spans)
    {
        using var session = Session();
        var request = Wires.Spans("api", [.. Enumerable.Range(1, spans).Select(n => Wires.Span(1, n))]);

        session.Add(request);
        var refused = session.Add(request);

        Assert.Equal(0, refused.Count);
        Assert.Equal(spans, session.Spans.Counts.Kept);
    }

    [Fact]
    public void Spans_without_ids_are_refused_and_the_others_kept()
    {
        using var session = Session();
        var nameless = Wires.Span(1, 1);
        nameless.TraceId = Google.Protobuf.ByteString.CopyFrom(new byte[16]);
        var shortId = Wires.Span(1, 2);
        shortId.SpanId = Google.Protobuf.ByteString.CopyFrom(1, 2, 3);

        var refused = session.Add(Wires.Spans("api", nameless, shortId, Wires.Span(1, 3)));

        Assert.Equal(2, refused.Count);
        Assert.Contains("trace_id", refused.Reason, StringComparison.Ordinal);
        Assert.Equal((1L, 2L), (session.Spans.Counts.Kept, session.Spans.Counts.Dropped));
    }

    [Fact]
    public void Pages_go_back_in_the_order_in_which_traces_began_though_some_are_gone()
    {
        using var session = Session(l => (l.Spans, l.SpansPerTrace) = (10, 10));
        for (var i = 1; i <= 15; i++)
            session.Add(Wires.Spans("api", Wires.Span(i, i)));
        session.Add(Wires.Spans("api", Wires.Span(7, 700)));

        var seen = new List<long>();
        for (var page = session.Spans.ReadBefore(long.MaxValue, 4); page.Count > 0; page = session.Spans.ReadBefore(page[^1].Seq, 4))
            seen.AddRange(page.Select(t => t.Seq));

        Assert.Equal([15, 14, 13, 12, 11, 10, 9, 8, 7], seen);
        Assert.Equal(seen.Order(), session.Spans.ReadAfter(0, 100).Select(t => t.Seq));
    }

    [Fact]
    public void Changes_are_the_latest_ones_each_trace_once_and_the_rest_is_counted()
    {
        using var session = Session();
        for (var i = 1; i <= 6; i++)
            session.Add(Wires.Spans("api", Wires.Span(i, i)));
        var version = session.Spans.LastVersion;
        session.Add(Wires.Spans("api", Wires.Span(2, 20), Wires.Span(3, 30), Wires.Span(2, 21), Wires.Span(9, 90)));

        var (all, none) = session.Spans.ReadChanges(version, 10);
        var (latest, skipped) = session.Spans.ReadChanges(version, 1);

        Assert.Equal([3, 2, 7], all.Select(t => t.Seq));
        Assert.Equal(0, none);
        Assert.Equal((7L, 2L), (latest.Single().Seq, skipped));
    }

    [Fact]
    public async Task What_a_reader_has_read_does_not_change_while_writers_go_on()
    {
        using var session = Session(l => (l.Spans, l.SpansPerTrace) = (100_000, 5_000));
        var writing = Task.Run(() =>
        {
            for (var i = 1; i <= 5_000; i++)
                session.Add(Wires.Spans("api", Wires.Span(1, i), Wires.Span(i + 1, i)));
        }, TestContext.Current.CancellationToken);

        while (!writing.IsCompleted)
        {
            if (Find(session, 1) is not { } trace)
                continue;
            var ids = trace.Spans.ToArray().Select(s => s.Id).ToArray();
            Assert.Equal(ids.Length, ids.Distinct().Count());
            Assert.Equal(Enumerable.Range(1, ids.Length).Select(n => Ids.Span(Wires.SpanId(n))), ids);
        }

        await writing;
        Assert.Equal(10_000, session.Spans.Counts.Kept);
    }

    [Fact]
    public void The_head_of_a_trace_is_its_root_or_else_its_earliest_span()
    {
        using var session = Session();
        session.Add(Wires.Spans("worker", Wires.Span(1, 2, parent: 1, name: "later", start: 2, end: 5), Wires.Span(1, 3, parent: 2, name: "child", start: 1, end: 3)));

        var orphaned = TraceShape.Of(Find(session, 1)!.Spans.Span);
        session.Add(Wires.Spans("api", Wires.Span(1, 1, name: "root", start: 1.5, end: 4)));
        var whole = TraceShape.Of(Find(session, 1)!.Spans.Span);

        Assert.Equal(("child", true, 4_000_000_000L), (orphaned.Head.Name, orphaned.RootMissing, orphaned.Duration));
        Assert.Equal(("root", false, 4_000_000_000L), (whole.Head.Name, whole.RootMissing, whole.Duration));
    }

    private static TraceMoment? Find(TelemetrySession session, int trace) => session.Spans.Find(Ids.Trace(Wires.TraceId(trace)));

    private TelemetrySession Session(Action<TelemetryLimits>? configure = null)
    {
        var limits = new TelemetryLimits();
        configure?.Invoke(limits);
        return new TelemetrySession(limits, _time);
    }
}
