using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Dashboard.Telemetry;
using AsyncStack.Hosting.Dashboard.Telemetry.Logs;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;

namespace AsyncStack.Hosting.Tests.Dashboard.Telemetry;

public sealed class LogStoreTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Records_over_the_limit_push_out_the_oldest()
    {
        using var session = Session(l => l.Logs = 3);

        session.Add(Wires.Logs("api", [.. Enumerable.Range(1, 5).Select(n => Wires.Log($"line {n}"))]));

        Assert.Equal(["line 5", "line 4", "line 3"], Bodies(session.Logs.ReadBefore(long.MaxValue, 10)));
        Assert.Equal((3L, 2L), (session.Logs.Counts.Kept, session.Logs.Counts.Dropped));
        Assert.Null(session.Logs.Find(2));
        Assert.Equal("line 3", session.Logs.Find(3)!.Body);
    }

    [Fact]
    public void Bytes_over_the_limit_push_out_the_oldest_and_a_single_large_record_stays()
    {
        using var session = Session(l => l.Bytes = 1 << 20);
        var large = new string('x', TagReader.MaxText);

        for (var i = 0; i < 100; i++)
            session.Add(Wires.Logs("api", Wires.Log($"{i}{large}")));

        var counts = session.Logs.Counts;
        Assert.InRange(counts.Bytes, 1 << 19, 1 << 20);
        Assert.InRange(counts.Kept, 8, 16);
        Assert.StartsWith("99", (string)session.Logs.ReadBefore(long.MaxValue, 1)[0].Body!, StringComparison.Ordinal);
    }

    [Fact]
    public void Records_older_than_the_limit_are_gone_without_new_ones_coming()
    {
        using var session = Session(l => l.Age = TimeSpan.FromMinutes(10));
        session.Add(Wires.Logs("api", Wires.Log("early", trace: 1)));
        _time.Now += TimeSpan.FromMinutes(6);
        session.Add(Wires.Logs("api", Wires.Log("late", trace: 1)));

        _time.Now += TimeSpan.FromMinutes(5);

        Assert.Equal(["late"], Bodies(session.Logs.ReadBefore(long.MaxValue, 10)));
        Assert.Equal(["late"], Bodies(session.Logs.ReadTrace(Ids.Trace(Wires.TraceId(1)), 10)));
        Assert.Equal(1, session.Logs.CountTrace(Ids.Trace(Wires.TraceId(1))));
    }

    [Fact]
    public void A_dropped_record_is_not_kept_alive_by_the_next_one_of_its_trace()
    {
        using var session = Session(l => l.Logs = 1);

        var dropped = AddAndForget(session);
        session.Add(Wires.Logs("api", Wires.Log("second", trace: 1)));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(dropped.IsAlive);
        Assert.Equal(["second"], Bodies(session.Logs.ReadTrace(Ids.Trace(Wires.TraceId(1)), 10)));
    }

    [Fact]
    public void A_reader_that_falls_behind_is_told_how_many_it_has_missed()
    {
        using var session = Session(l => l.Logs = 10);
        session.Add(Wires.Logs("api", [.. Enumerable.Range(1, 25).Select(n => Wires.Log($"{n}"))]));

        var (entries, gone) = session.Logs.ReadAfter(5, 4);

        Assert.Equal(["16", "17", "18", "19"], Bodies(entries));
        Assert.Equal(10, gone);
    }

    [Fact]
    public async Task Writers_and_readers_at_a_time_lose_nothing_and_see_everything_in_order()
    {
        const int Writers = 4;
        const int Each = 2_000;
        using var session = Session(l => l.Logs = Writers * Each);

        var writing = Enumerable.Range(0, Writers).Select(w => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
                session.Add(Wires.Logs($"service-{w}", Wires.Log($"{i}")));
        }, TestContext.Current.CancellationToken)).ToArray();
        var read = new List<LogEntry>();
        while (read.Count < Writers * Each)
        {
            var changed = session.Logs.Changed.Next;
            var (entries, gone) = session.Logs.ReadAfter(read.Count == 0 ? 0 : read[^1].Seq, 500);
            Assert.Equal(0, gone);
            read.AddRange(entries);
            if (entries.Count == 0)
                await changed.WaitAsync(Waiting.AtMost, TestContext.Current.CancellationToken);
        }

        await Task.WhenAll(writing);
        Assert.Equal(Enumerable.Range(1, Writers * Each).Select(n => (long)n), read.Select(e => e.Seq));
        foreach (var service in read.GroupBy(e => e.Origin.Name))
            Assert.Equal(Enumerable.Range(0, Each).Select(n => $"{n}"), Bodies(service));
    }

    [Theory]
    [InlineData(4, "", "trace")]
    [InlineData(13, "anything", "warn")]
    [InlineData(0, "Warning", "warn")]
    [InlineData(0, "CRITICAL", "fatal")]
    [InlineData(0, "", "info")]
    [InlineData(77, "debug", "debug")]
    public void The_severity_is_the_number_or_else_the_name(int number, string text, string expected)
    {
        var record = Wires.Log("x", (SeverityNumber)number);
        record.SeverityText = text;

        Assert.Equal(expected, Severity.Name(Severity.Number(record)));
    }

    [Fact]
    public void Equal_senders_and_texts_are_kept_once()
    {
        using var session = Session();

        session.Add(Wires.Logs("api", Wires.Log("the same")));
        session.Add(Wires.Logs("api", Wires.Log("the same")));

        var (entries, _) = session.Logs.ReadAfter(0, 10);
        Assert.Same(entries[0].Origin, entries[1].Origin);
        Assert.Same(entries[0].Scope, entries[1].Scope);
        Assert.Same(entries[0].Body, entries[1].Body);
        Assert.True(entries[0].Bytes > entries[1].Bytes, "The first one answers for its sender.");
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference AddAndForget(TelemetrySession session)
    {
        session.Add(Wires.Logs("api", Wires.Log("first", trace: 1)));
        return new WeakReference(session.Logs.Find(1));
    }

    private TelemetrySession Session(Action<TelemetryLimits>? configure = null)
    {
        var limits = new TelemetryLimits();
        configure?.Invoke(limits);
        return new TelemetrySession(limits, _time);
    }

    private static IEnumerable<string> Bodies(IEnumerable<LogEntry> entries) => entries.Select(e => (string)e.Body!);
}
