using System.Text.Json;
using AsyncStack.Hosting.Dashboard.Otlp;
using AsyncStack.Hosting.Dashboard.Otlp.Wire;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Sessions;

/// <summary>Reads a session from a file. It is kept within the limits of the one that runs, but grows no older.</summary>
internal sealed class SessionImport(TelemetryLimits limits) : IDisposable
{
    private const int MaxResources = 1000;
    private const long MaxConsoleBytes = 64L << 20;

    private readonly List<JsonElement> _resources = [];
    private readonly List<SessionLine> _console = [];
    private long _consoleBytes;
    private SessionHead? _head;
    private TelemetrySession? _telemetry;
    private bool _ended;

    /// <exception cref="SessionFileException">A line is wrong, or the last one is missing.</exception>
    public async Task<ImportedSession> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        var last = 0;
        await foreach (var (number, text) in SessionLines.ReadAsync(file, limits.SessionBytes, cancellationToken))
        {
            last = number;
            Read(number, text);
        }

        if (!_ended)
            throw new SessionFileException(last + 1, "the file ends here, before its last line; it was cut off.");
        var telemetry = _telemetry!;
        _telemetry = null;
        return new ImportedSession(
            _head!.Name, DateTimeOffset.FromUnixTimeMilliseconds(_head.ExportedAt), telemetry, _resources, _console.ToLookup(l => l.Resource));
    }

    public void Dispose() => _telemetry?.Dispose();

    private void Read(int number, ReadOnlyMemory<byte> text)
    {
        try
        {
            if (_ended)
                throw new SessionFileException(number, "something follows the end.");
            var field = FieldOf(text.Span);
            if (_head is null != (field == SessionFile.Head))
                throw new SessionFileException(number, _head is null ? $"it must be an object with {SessionFile.Head}, the head of a session." : "there is a second head.");
            Read(number, field, text);
        }
        catch (JsonException exception)
        {
            throw new SessionFileException(number, $"it is no JSON that a session has: {exception.Message}");
        }
        catch (OtlpRefusal refusal)
        {
            throw new SessionFileException(number, refusal.Message);
        }
    }

    private void Read(int number, string? field, ReadOnlyMemory<byte> text)
    {
        switch (field)
        {
            case SessionFile.Head: Begin(number, Inner(text).Deserialize(SessionJson.Default.SessionHead)!); break;
            case SessionFile.Resource when _resources.Count < MaxResources: _resources.Add(Inner(text)); break;
            case SessionFile.Resource: throw new SessionFileException(number, $"there are more than {MaxResources} resources.");
            case SessionFile.Console: Add(number, Inner(text).Deserialize(SessionJson.Default.SessionLine)!, text.Length); break;
            case SessionFile.Spans: _telemetry!.Add(Parse<ExportTraceServiceRequest>(text)); break;
            case SessionFile.Logs: _telemetry!.Add(Parse<ExportLogsServiceRequest>(text)); break;
            case SessionFile.Metrics: _telemetry!.Add(Parse<ExportMetricsServiceRequest>(text)); break;
            case SessionFile.End: _ended = true; break;
            default: throw new SessionFileException(number, $"its first field is '{(field?.Length > 100 ? field[..100] : field)}', which no line of a session has.");
        }
    }

    private void Begin(int number, SessionHead head)
    {
        if (head.Version != SessionFile.Version)
            throw new SessionFileException(number, $"the session has version {head.Version}; this dashboard reads version {SessionFile.Version}.");
        if (head.ExportedAt < 0 || head.ExportedAt > DateTimeOffset.MaxValue.AddYears(-1).ToUnixTimeMilliseconds())
            throw new SessionFileException(number, $"exportedAt is {head.ExportedAt}; it must be milliseconds since 1970.");
        _head = head;
        var own = limits.Clone();
        own.Age = TimeSpan.FromDays(3650);
        _telemetry = new TelemetrySession(own, new StoppedClock(DateTimeOffset.FromUnixTimeMilliseconds(head.ExportedAt)));
    }

    private void Add(int number, SessionLine line, int bytes)
    {
        _consoleBytes += bytes;
        if (_consoleBytes > MaxConsoleBytes)
            throw new SessionFileException(number, $"the lines of consoles have more than {MaxConsoleBytes} bytes, the most they may have.");
        _console.Add(line);
    }

    private static T Parse<T>(ReadOnlyMemory<byte> text)
        where T : class, Google.Protobuf.IMessage<T>, new()
    {
        using var stream = new MemoryStream(text.ToArray(), writable: false);
        return OtlpJson.Parse<T>(stream);
    }

    private static string? FieldOf(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName
            ? reader.GetString()
            : null;
    }

    private static JsonElement Inner(ReadOnlyMemory<byte> text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.EnumerateObject().First().Value.Clone();
    }

    /// <summary>The time at which the session was exported.</summary>
    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
