using System.Globalization;
using System.Text;
using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting.Dashboard.Resources;

/// <summary>What resources wrote, colours and all: live, and as a file.</summary>
internal sealed class ConsoleLines(ResourceLoggerService logs, TimeProvider time)
{
    /// <summary>Lines that a reader gets who asks for no number.</summary>
    public const int DefaultTail = 1_000;

    private const int LinesOfEvent = 1_000;

    // Ten events a second look live and cost a browser little, however fast a resource writes.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);

    /// <summary>The kept lines, oldest first.</summary>
    public IReadOnlyList<LineView> Of(string resource) => [.. logs.GetLines(resource).Select(View)];

    /// <summary>Sends the last lines, or those after the one that the reader saw last, then new ones.</summary>
    public async Task SendAsync(EventStream stream, string resource, int tail, long? lastSeen)
    {
        var sent = Start(logs.GetLines(resource), tail, lastSeen);
        await foreach (var batch in logs.WatchAsync(resource).WithCancellation(stream.Ended))
        {
            foreach (var lines in batch.Where(l => l.LineNumber > sent).Chunk(LinesOfEvent))
            {
                var skipped = lines[0].LineNumber - sent - 1;
                sent = lines[^1].LineNumber;
                await stream.SendAsync("lines", new { Lines = lines.Select(View), Skipped = skipped }, sent);
            }

            await Task.Delay(Gather, time, stream.Ended);
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
