using System.Globalization;
using System.Text;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard.Telemetry.Live;

namespace AsyncStack.Hosting.Dashboard.Resources;

/// <summary>What resources wrote, colours and all: live, and as a file.</summary>
internal sealed class ConsoleLines(ResourceLoggerService logs)
{
    /// <summary>Lines that a reader gets who asks for no number.</summary>
    public const int DefaultTail = 1_000;

    private const int LinesOfEvent = 1_000;

    // Ten events a second look live and cost a browser little, however fast a resource writes.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);

    /// <summary>The kept lines, oldest first.</summary>
    public IReadOnlyList<LineView> Of(string resource) => [.. logs.GetLines(resource).Select(View)];

    /// <summary>Sends the last lines, or those after the one that the reader saw last, then new ones.</summary>
    public async Task ServeAsync(EventStream stream, string resource, int tail)
    {
        var sent = Start(logs.GetLines(resource), tail, stream.LastEventId);
        await using var batches = logs.WatchAsync(resource).GetAsyncEnumerator(stream.Ended);
        var next = batches.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                await stream.WaitAsync(next, Gather);
                if (!await next)
                    return;
                foreach (var lines in batches.Current.Where(l => l.LineNumber > sent).Chunk(LinesOfEvent))
                {
                    var news = new LineNews([.. lines.Select(View)], lines[0].LineNumber - sent - 1);
                    sent = lines[^1].LineNumber;
                    await stream.SendAsync("lines", news, ResourceJson.Default.LineNews, sent);
                }

                next = batches.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // Whoever leaves amid a wait is followed by the end of the stream, which ends the wait; before that nothing may be disposed.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async Task WriteAsync(string resource, Stream file, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        foreach (var line in logs.GetLines(resource))
        {
            var at = line.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            await writer.WriteAsync($"{at} [{line.Replica}] {line.Content}\n".AsMemory(), cancellationToken);
        }
    }

    // A number beyond the last line is of an earlier run of the graph.
    private static long Start(IReadOnlyList<LogLine> kept, int tail, long? lastSeen)
    {
        var last = kept is [] ? 0 : kept[^1].LineNumber;
        if (lastSeen <= last)
            return lastSeen.Value;
        return Math.Max(last - tail, kept is [] ? 0 : kept[0].LineNumber - 1);
    }

    private static LineView View(LogLine line)
        => new(line.LineNumber, line.Timestamp.ToUnixTimeMilliseconds(), line.Replica, line.IsErrorMessage, line.Content);
}
