using System.Text.Json;
using System.Text.Json.Serialization;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Sessions;

/// <summary>
/// The form of a session file: gzip of lines of JSON, each an object with one of these fields. The lines of telemetry are requests of
/// OTLP/JSON, as the OpenTelemetry Collector writes files, so that other tools can read them.
/// </summary>
internal static class SessionFile
{
    /// <summary>The first line: a <see cref="SessionHead"/>.</summary>
    public const string Head = "asyncstackSession";

    /// <summary>A resource as the Api tells it.</summary>
    public const string Resource = "resource";

    /// <summary>A <see cref="SessionLine"/>.</summary>
    public const string Console = "console";
    public const string Spans = "resourceSpans";
    public const string Logs = "resourceLogs";
    public const string Metrics = "resourceMetrics";

    /// <summary>The last line: how many there were before it. A file that was cut off has none.</summary>
    public const string End = "asyncstackEnd";

    public const int Version = 1;
}

/// <param name="Version">1.</param>
/// <param name="Name">Of the application.</param>
/// <param name="ExportedAt">Milliseconds since the epoch.</param>
internal sealed record SessionHead(int Version, string Name, long ExportedAt);

internal sealed record ImportAnswer(string Name, long ExportedAt, long Spans, long Logs, long MetricPoints);

internal sealed record SessionResources(IReadOnlyList<JsonElement> Resources);

internal sealed record SessionConsole(IReadOnlyList<SessionLine> Lines);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SessionHead))]
[JsonSerializable(typeof(SessionLine))]
[JsonSerializable(typeof(ImportAnswer))]
[JsonSerializable(typeof(SessionResources))]
[JsonSerializable(typeof(SessionConsole))]
internal sealed partial class SessionJson : JsonSerializerContext;
