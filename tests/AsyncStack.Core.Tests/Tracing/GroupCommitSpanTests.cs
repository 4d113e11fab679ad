using System.Diagnostics;
using AsyncStack.Core.Batching;
using AsyncStack.Testing;

namespace AsyncStack.Core.Tests.Tracing;

public sealed class GroupCommitSpanTests
{
    private static readonly ActivitySource Callers = new("AsyncStack.Callers");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_write_for_one_caller_is_part_of_its_trace()
    {
        using var spans = new SpanRecorder();
        var trace = spans.Begin();
        await using var coalescer = new Coalescer<int, string?>("some write", (items, _) => Task.FromResult(Each(items)), 1, 10, 10);

        var within = await SubmitAsync(coalescer, trace);

        var span = await spans.FindAsync(trace, "some write");
        Assert.Equal(span.Id, within);
        Assert.Equal((await spans.FindAsync(trace, "caller")).SpanId, span.ParentSpanId);
        Assert.Equal(1, span.GetTagItem("asyncstack.batch.size"));
    }

    [Fact]
    public async Task A_write_for_several_callers_is_linked_to_each_but_the_one_it_is_part_of()
    {
        using var spans = new SpanRecorder();
        var traces = Enumerable.Range(0, 3).Select(_ => spans.Begin()).ToArray();
        var (started, released) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var coalescer = new Coalescer<int, string?>(
            "some write",
            async (items, _) =>
            {
                started.TrySetResult();
                await released.Task;
                return Each(items);
            },
            1, 10, 10);
        var first = coalescer.SubmitAsync(0, Cancel);
        await started.Task.WaitAsync(Waiting.AtMost, Cancel);
        var others = traces.Select(t => SubmitAsync(coalescer, t)).ToArray();

        released.SetResult();
        await Task.WhenAll([first, .. others]);

        var span = await spans.FindAsync(traces[0], "some write");
        Assert.Equal(3, span.GetTagItem("asyncstack.batch.size"));
        Assert.Equal(traces[1..].Select(t => t.TraceId), span.Links.Select(l => l.Context.TraceId));
        // Whoever is not traced makes no trace.
        Assert.Null(await first);
    }

    [Fact]
    public async Task A_write_that_fails_is_a_span_with_its_error()
    {
        using var spans = new SpanRecorder();
        var trace = spans.Begin();
        await using var coalescer = new Coalescer<int, string?>("some write", (_, _) => throw new TimeoutException("too slow"), 1, 10, 10);

        await Assert.ThrowsAsync<TimeoutException>(() => SubmitAsync(coalescer, trace));

        var span = await spans.FindAsync(trace, "some write");
        Assert.Equal((ActivityStatusCode.Error, "too slow", "System.TimeoutException"), (span.Status, span.StatusDescription, span.GetTagItem("error.type")));
    }

    private static IReadOnlyList<string?> Each(IReadOnlyList<int> items) => [.. items.Select(_ => Activity.Current?.Id)];

    private static async Task<string?> SubmitAsync(Coalescer<int, string?> coalescer, ActivityContext trace)
    {
        using var caller = Callers.StartActivity("caller", ActivityKind.Server, trace);
        return await coalescer.SubmitAsync(1, Cancel);
    }
}
