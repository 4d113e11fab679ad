using System.Text;
using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using Google.Protobuf;

namespace AsyncStack.Hosting.Dashboard.Otlp;

/// <summary>
/// OTLP in JSON: protobuf's mapping, but ids of traces and spans are hexadecimal instead of base64, and enums are numbers. Unknown fields are
/// ignored. Source: OTLP specification, JSON Protobuf Encoding.
/// </summary>
/// <remarks>
/// The hexadecimal digits of an id are also base64, of bytes of which base64 makes the same digits again. So protobuf's own reader and writer do
/// the work, and ids are put right afterwards, or wrong before.
/// </remarks>
internal static class OtlpJson
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatEnumsAsIntegers(true));

    /// <summary>Bytes that are not UTF-8 must not pass for some text.</summary>
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="OtlpRefusal">It is no such message.</exception>
    public static T Parse<T>(Stream json)
        where T : class, IMessage<T>, new()
    {
        try
        {
            using var text = new StreamReader(json, Utf8, detectEncodingFromByteOrderMarks: false);
            var message = Parser.Parse<T>(text);
            Convert(message, FromHex);
            return message;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            throw OtlpRefusal.Malformed($"The request is no {typeof(T).Name} in JSON: {exception.Message}");
        }
    }

    /// <summary>Formats a message, whose ids it changes.</summary>
    public static string Format(IMessage message)
    {
        Convert(message, ToHex);
        return Formatter.Format(message);
    }

    private static void Convert(IMessage message, Func<ByteString, ByteString> convert)
    {
        switch (message)
        {
            case ExportTraceServiceRequest request: Convert(request, convert); break;
            case ExportLogsServiceRequest request: Convert(request, convert); break;
            case ExportMetricsServiceRequest request: Convert(request, convert); break;
            default: break;
        }
    }

    private static void Convert(ExportTraceServiceRequest request, Func<ByteString, ByteString> convert)
    {
        foreach (var span in request.ResourceSpans.SelectMany(r => r.ScopeSpans).SelectMany(s => s.Spans))
        {
            (span.TraceId, span.SpanId, span.ParentSpanId) = (convert(span.TraceId), convert(span.SpanId), convert(span.ParentSpanId));
            foreach (var link in span.Links)
                (link.TraceId, link.SpanId) = (convert(link.TraceId), convert(link.SpanId));
        }
    }

    private static void Convert(ExportLogsServiceRequest request, Func<ByteString, ByteString> convert)
    {
        foreach (var record in request.ResourceLogs.SelectMany(r => r.ScopeLogs).SelectMany(s => s.LogRecords))
            (record.TraceId, record.SpanId) = (convert(record.TraceId), convert(record.SpanId));
    }

    private static void Convert(ExportMetricsServiceRequest request, Func<ByteString, ByteString> convert)
    {
        foreach (var exemplar in request.ResourceMetrics.SelectMany(r => r.ScopeMetrics).SelectMany(s => s.Metrics).SelectMany(ExemplarsOf))
            (exemplar.TraceId, exemplar.SpanId) = (convert(exemplar.TraceId), convert(exemplar.SpanId));
    }

    private static IEnumerable<Exemplar> ExemplarsOf(Metric metric) => metric.DataCase switch
    {
        Metric.DataOneofCase.Gauge => metric.Gauge.DataPoints.SelectMany(p => p.Exemplars),
        Metric.DataOneofCase.Sum => metric.Sum.DataPoints.SelectMany(p => p.Exemplars),
        Metric.DataOneofCase.Histogram => metric.Histogram.DataPoints.SelectMany(p => p.Exemplars),
        Metric.DataOneofCase.ExponentialHistogram => metric.ExponentialHistogram.DataPoints.SelectMany(p => p.Exemplars),
        _ => [],
    };

    private static ByteString FromHex(ByteString read) => read.IsEmpty ? read : ByteString.CopyFrom(System.Convert.FromHexString(read.ToBase64()));

    private static ByteString ToHex(ByteString id) => id.IsEmpty ? id : ByteString.FromBase64(System.Convert.ToHexStringLower(id.Span));
}
