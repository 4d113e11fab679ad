using System.Text.Json.Serialization;
using AsyncStack.Hosting.Dashboard.Telemetry.Logs;
using AsyncStack.Hosting.Dashboard.Telemetry.Metrics;
using AsyncStack.Hosting.Dashboard.Telemetry.Traces;

namespace AsyncStack.Hosting.Dashboard.Telemetry;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LogPage))]
[JsonSerializable(typeof(LogNews))]
[JsonSerializable(typeof(LogView))]
[JsonSerializable(typeof(TracePage))]
[JsonSerializable(typeof(TraceNews))]
[JsonSerializable(typeof(TraceView))]
[JsonSerializable(typeof(InstrumentList))]
[JsonSerializable(typeof(ChartView))]
[JsonSerializable(typeof(MetricNews))]
internal sealed partial class TelemetryJson : JsonSerializerContext;
