using System.Text;
using System.Text.Json;
using AsyncStack.Hosting.Dashboard.Otlp;
using AsyncStack.Hosting.Dashboard.Telemetry.Logs;
using AsyncStack.Hosting.Dashboard.Telemetry.Traces;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Sessions;

/// <summary>Writes a session to a file, a little at a time: the stores go on meanwhile.</summary>
internal sealed class SessionExport(TelemetrySession session, SessionSource source, TimeProvider time, Stream file, CancellationToken cancellationToken)
{
    private const int Chunk = 500;

    /// <summary>Bytes in memory that make a line; as JSON they are about as many.</summary>
    private const int LineBytes = 1 << 20;

    private static readonly byte[] NewLine = "\n"u8.ToArray();

    private int _lines;

    public async Task WriteAsync()
    {
        var head = new SessionHead(SessionFile.Version, source.Name, time.GetUtcNow().ToUnixTimeMilliseconds());
        await WriteAsync(SessionFile.Head, JsonSerializer.Serialize(head, SessionJson.Default.SessionHead));
        foreach (var resource in source.Resources())
            await WriteAsync(SessionFile.Resource, resource.GetRawText());
        foreach (var line in source.Console())
            await WriteAsync(SessionFile.Console, JsonSerializer.Serialize(line, SessionJson.Default.SessionLine));
        await WriteSpansAsync();
        await WriteLogsAsync();
        await WriteMetricsAsync();
        await WriteAsync(SessionFile.End, $"{{\"lines\":{_lines}}}");
    }

    private async Task WriteSpansAsync()
    {
        var line = new List<(UInt128 Trace, SpanEntry Span)>();
        var bytes = 0L;
        for (var traces = session.Spans.ReadAfter(0, Chunk); traces.Count > 0; traces = session.Spans.ReadAfter(traces[^1].Seq, Chunk))
        {
            foreach (var trace in traces)
            {
                for (var i = 0; i < trace.Spans.Length; i++)
                {
                    var span = trace.Spans.Span[i];
                    line.Add((trace.Id, span));
                    bytes += span.Bytes;
                    if (bytes < LineBytes)
                        continue;
                    await WriteAsync(OtlpJson.Format(SpanWriter.Write(line)));
                    line.Clear();
                    bytes = 0;
                }
            }
        }

        if (line.Count > 0)
            await WriteAsync(OtlpJson.Format(SpanWriter.Write(line)));
    }

    private async Task WriteLogsAsync()
    {
        var line = new List<LogEntry>();
        var bytes = 0L;
        for (var (entries, _) = session.Logs.ReadAfter(0, Chunk); entries.Count > 0; (entries, _) = session.Logs.ReadAfter(entries[^1].Seq, Chunk))
        {
            foreach (var entry in entries)
            {
                line.Add(entry);
                bytes += entry.Bytes;
                if (bytes < LineBytes)
                    continue;
                await WriteAsync(OtlpJson.Format(SpanWriter.Write(line)));
                line.Clear();
                bytes = 0;
            }
        }

        if (line.Count > 0)
            await WriteAsync(OtlpJson.Format(SpanWriter.Write(line)));
    }

    private async Task WriteMetricsAsync()
    {
        foreach (var (info, _, all) in session.Metrics.ReadInstruments())
        {
            foreach (var series in all)
            {
                var points = session.Metrics.Read(series, 0, long.MaxValue);
                var exemplars = session.Metrics.ReadExemplars(series);

                // A series may take several lines, which have one start, lest they pass for a restart.
                for (var from = 0; from < points.Length; from += Chunk)
                {
                    var part = points[from..Math.Min(points.Length, from + Chunk)];
                    var isLast = from + Chunk >= points.Length;
                    await WriteAsync(OtlpJson.Format(MetricWriter.Write(info, series, points[0].Time, part, isLast ? exemplars : [])));
                }
            }
        }
    }

    private Task WriteAsync(string field, string json) => WriteAsync($"{{\"{field}\":{json}}}");

    private async Task WriteAsync(string line)
    {
        await file.WriteAsync(Encoding.UTF8.GetBytes(line), cancellationToken);
        await file.WriteAsync(NewLine, cancellationToken);
        _lines++;
    }
}
