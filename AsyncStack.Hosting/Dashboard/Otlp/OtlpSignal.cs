using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Dashboard.Telemetry;
using Google.Protobuf;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace AsyncStack.Hosting.Dashboard.Otlp;

/// <summary>One of the three signals: how its requests are read, where they go and what is answered.</summary>
/// <param name="HttpPath">Its path in OTLP/HTTP.</param>
/// <param name="GrpcPath">Its path in OTLP/gRPC.</param>
/// <param name="FromProtobuf">Keeps what a request in protobuf holds.</param>
/// <param name="FromJson">Keeps what a request in JSON holds.</param>
internal sealed record OtlpSignal(
    string HttpPath, string GrpcPath, Func<TelemetrySession, ReadOnlyMemory<byte>, IMessage> FromProtobuf, Func<TelemetrySession, Stream, IMessage> FromJson)
{
    public static readonly IReadOnlyList<OtlpSignal> All =
    [
        Of<ExportTraceServiceRequest>(
            "/v1/traces", TraceServiceReflection.Descriptor.Services[0], ExportTraceServiceRequest.Parser, (session, request) => Answer(session.Add(request))),
        Of<ExportMetricsServiceRequest>(
            "/v1/metrics", MetricsServiceReflection.Descriptor.Services[0], ExportMetricsServiceRequest.Parser, (session, request) => AnswerMetrics(session.Add(request))),
        Of<ExportLogsServiceRequest>(
            "/v1/logs", LogsServiceReflection.Descriptor.Services[0], ExportLogsServiceRequest.Parser, (session, request) => AnswerLogs(session.Add(request))),
    ];

    private static OtlpSignal Of<T>(string path, ServiceDescriptor service, MessageParser<T> parser, Func<TelemetrySession, T, IMessage> take)
        where T : class, IMessage<T>, new() => new(
            path,
            $"/{service.FullName}/{service.Methods[0].Name}",
            (session, bytes) => take(session, Parse(parser, bytes)),
            (session, json) => take(session, OtlpJson.Parse<T>(json)));

    private static T Parse<T>(MessageParser<T> parser, ReadOnlyMemory<byte> bytes)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw OtlpRefusal.Malformed($"The request is no {typeof(T).Name} in protobuf: {exception.Message}");
        }
    }

    private static ExportTraceServiceResponse Answer(Refused refused) => refused.Count == 0
        ? new ExportTraceServiceResponse()
        : new ExportTraceServiceResponse { PartialSuccess = new() { RejectedSpans = refused.Count, ErrorMessage = refused.Reason } };

    private static ExportMetricsServiceResponse AnswerMetrics(Refused refused) => refused.Count == 0
        ? new ExportMetricsServiceResponse()
        : new ExportMetricsServiceResponse { PartialSuccess = new() { RejectedDataPoints = refused.Count, ErrorMessage = refused.Reason } };

    private static ExportLogsServiceResponse AnswerLogs(Refused refused) => refused.Count == 0
        ? new ExportLogsServiceResponse()
        : new ExportLogsServiceResponse { PartialSuccess = new() { RejectedLogRecords = refused.Count, ErrorMessage = refused.Reason } };
}
