using System.Text.Json;

namespace AsyncStack.Pages.Tests;

/// <summary>
/// How long a page's main thread computes at a stretch, from Chromium's trace (Trace Event Format: a task's <c>tdur</c> is processor time). The clock on the
/// wall would also count the time in which the machine did something else.
/// </summary>
internal sealed class TaskTrace
{
    private const string Mark = "watched-from-here";

    private readonly ICDPSession _session;
    private readonly List<JsonElement> _events = [];
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TaskTrace(ICDPSession session)
    {
        _session = session;
        session.Event("Tracing.dataCollected").OnEvent += (_, data) => _events.AddRange(data!.Value.GetProperty("value").EnumerateArray().Select(e => e.Clone()));
        session.Event("Tracing.tracingComplete").OnEvent += (_, _) => _complete.TrySetResult();
    }

    /// <summary>Watches the page from now on; one page at a time.</summary>
    public static async Task<TaskTrace> StartAsync(IPage page)
    {
        var trace = new TaskTrace(await page.Context.Browser!.NewBrowserCDPSessionAsync());
        await trace._session.SendAsync("Tracing.start", new Dictionary<string, object> { ["categories"] = "-*,toplevel,blink.user_timing", ["transferMode"] = "ReportEvents" });
        await page.EvaluateAsync($"performance.mark('{Mark}')");
        return trace;
    }

    /// <summary>Ends it.</summary>
    /// <returns>The processor time of each task since, in milliseconds.</returns>
    public async Task<IReadOnlyList<double>> EndAsync()
    {
        await _session.SendAsync("Tracing.end");
        await _complete.Task.WaitAsync(TestContext.Current.CancellationToken);
        await _session.DetachAsync();
        var mark = _events.Single(e => e.GetProperty("name").GetString() == Mark);
        var (process, thread, from) = (Of(mark, "pid"), Of(mark, "tid"), Of(mark, "ts"));
        return
        [
            .. _events.Where(e => e.TryGetProperty("tdur", out _) && Of(e, "pid") == process && Of(e, "tid") == thread && Of(e, "ts") >= from)
                .Select(e => Of(e, "tdur") / 1000),
        ];
    }

    private static double Of(JsonElement entry, string name) => entry.GetProperty(name).GetDouble();
}
