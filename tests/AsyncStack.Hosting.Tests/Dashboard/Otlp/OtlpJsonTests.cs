using System.Text;
using AsyncStack.Hosting.Dashboard.Otlp;
using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Tests.Dashboard.Telemetry;
using Google.Protobuf;

namespace AsyncStack.Hosting.Tests.Dashboard.Otlp;

/// <summary>Requests written by hand in the forms that the specification allows.</summary>
public sealed class OtlpJsonTests
{
    [Fact]
    public void A_span_in_JSON_is_that_span()
    {
        var request = Parse<ExportTraceServiceRequest>("""
            {
              "resourceSpans": [{
                "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "my.service" } }] },
                "scopeSpans": [{
                  "scope": { "name": "my.library", "version": "1.0.0", "attributes": [{ "key": "a", "value": { "boolValue": true } }] },
                  "spans": [{
                    "traceId": "5B8EFFF798038103D269B633813FC60C",
                    "spanId": "eee19b7ec3c1b174",
                    "parentSpanId": "EEE19B7EC3C1B173",
                    "name": "I'm a server span",
                    "startTimeUnixNano": "1544712660000000000",
                    "endTimeUnixNano": 1544712661000000000,
                    "kind": 2,
                    "flags": 257,
                    "droppedAttributesCount": 1,
                    "unknownField": { "a": [1, 2] },
                    "attributes": [
                      { "key": "text", "value": { "stringValue": "ü" } },
                      { "key": "int as text", "value": { "intValue": "-9007199254740993" } },
                      { "key": "int", "value": { "intValue": 5 } },
                      { "key": "double", "value": { "doubleValue": 0.5 } },
                      { "key": "infinite", "value": { "doubleValue": "-Infinity" } },
                      { "key": "bytes", "value": { "bytesValue": "aGVsbG8=" } },
                      { "key": "array", "value": { "arrayValue": { "values": [{ "stringValue": "a" }, {}] } } },
                      { "key": "map", "value": { "kvlistValue": { "values": [{ "key": "k", "value": { "intValue": 1 } }] } } },
                      { "key": "empty" }
                    ],
                    "events": [{ "timeUnixNano": "1544712660500000000", "name": "event" }],
                    "links": [{ "traceId": "5b8efff798038103d269b633813fc60d", "spanId": "eee19b7ec3c1b175" }],
                    "status": { "code": 2, "message": "no" }
                  }]
                }]
              }]
            }
            """);

        var scope = request.ResourceSpans.Single().ScopeSpans.Single();
        var span = scope.Spans.Single();
        Assert.Equal("my.library", scope.Scope.Name);
        Assert.Equal("5b8efff798038103d269b633813fc60c", Wires.Hex(span.TraceId));
        Assert.Equal("eee19b7ec3c1b174", Wires.Hex(span.SpanId));
        Assert.Equal("eee19b7ec3c1b173", Wires.Hex(span.ParentSpanId));
        Assert.Equal(("eee19b7ec3c1b175", "5b8efff798038103d269b633813fc60d"), (Wires.Hex(span.Links[0].SpanId), Wires.Hex(span.Links[0].TraceId)));
        Assert.Equal((1544712660000000000UL, 1544712661000000000UL), (span.StartTimeUnixNano, span.EndTimeUnixNano));
        Assert.Equal(Span.Types.SpanKind.Server, span.Kind);
        Assert.Equal(257u, span.Flags);
        Assert.Equal(-9007199254740993, span.Attributes[1].Value.IntValue);
        Assert.Equal(5, span.Attributes[2].Value.IntValue);
        Assert.Equal(double.NegativeInfinity, span.Attributes[4].Value.DoubleValue);
        Assert.Equal("hello", span.Attributes[5].Value.BytesValue.ToStringUtf8());
        Assert.Equal(2, span.Attributes[6].Value.ArrayValue.Values.Count);
        Assert.Equal("k", span.Attributes[7].Value.KvlistValue.Values[0].Key);
        Assert.Equal((Status.Types.StatusCode.Error, "no"), (span.Status.Code, span.Status.Message));
    }

    [Fact]
    public void A_log_record_in_JSON_is_that_record()
    {
        var record = Parse<ExportLogsServiceRequest>("""
            {"resourceLogs":[{"scopeLogs":[{"logRecords":[{
              "timeUnixNano":"1544712660300000000","observedTimeUnixNano":"1544712660300000000","severityNumber":10,"severityText":"Information",
              "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","body":{"stringValue":"Example log record"},"eventName":"e",
              "attributes":[{"key":"string.attribute","value":{"stringValue":"some string"}}]}]}]}]}
            """).ResourceLogs[0].ScopeLogs[0].LogRecords[0];

        Assert.Equal(("eee19b7ec3c1b174", SeverityNumber.Info2, "Example log record", "e"), (Wires.Hex(record.SpanId), record.SeverityNumber, record.Body.StringValue, record.EventName));
    }

    [Fact]
    public void Every_kind_of_metric_in_JSON_is_that_metric()
    {
        var metrics = Parse<ExportMetricsServiceRequest>("""
            {"resourceMetrics":[{"scopeMetrics":[{"metrics":[
              {"name":"sum","unit":"1","sum":{"aggregationTemporality":1,"isMonotonic":true,"dataPoints":[{"asInt":"7","startTimeUnixNano":"1","timeUnixNano":"2",
                "exemplars":[{"timeUnixNano":"2","asDouble":3,"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"}]}]}},
              {"name":"gauge","gauge":{"dataPoints":[{"asDouble":10,"timeUnixNano":"2"}]}},
              {"name":"histogram","histogram":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"2","count":"2","sum":2,"bucketCounts":["1",1],"explicitBounds":[1],"min":0,"max":2}]}},
              {"name":"exponential","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[{"timeUnixNano":"2","count":3,"sum":10,"scale":-1,"zeroCount":1,"positive":{"offset":-1,"bucketCounts":[0,"2"]}}]}},
              {"name":"summary","summary":{"dataPoints":[{"timeUnixNano":"2","count":3,"sum":10,"quantileValues":[{"quantile":0.5,"value":2}]}]}}
            ]}]}]}
            """).ResourceMetrics[0].ScopeMetrics[0].Metrics;

        Assert.Equal((7L, AggregationTemporality.Delta, true), (metrics[0].Sum.DataPoints[0].AsInt, metrics[0].Sum.AggregationTemporality, metrics[0].Sum.IsMonotonic));
        Assert.Equal("eee19b7ec3c1b174", Wires.Hex(metrics[0].Sum.DataPoints[0].Exemplars[0].SpanId));
        Assert.Equal(10, metrics[1].Gauge.DataPoints[0].AsDouble);
        Assert.Equal([1UL, 1UL], metrics[2].Histogram.DataPoints[0].BucketCounts);
        Assert.True(metrics[2].Histogram.DataPoints[0].HasMin);
        Assert.Equal((-1, -1, 2UL), (metrics[3].ExponentialHistogram.DataPoints[0].Scale, metrics[3].ExponentialHistogram.DataPoints[0].Positive.Offset, metrics[3].ExponentialHistogram.DataPoints[0].Positive.BucketCounts[1]));
        Assert.Equal(2, metrics[4].Summary.DataPoints[0].QuantileValues[0].Value);
    }

    [Fact]
    public void What_is_written_is_as_the_specification_wants_it()
    {
        var span = Wires.Span(1, 2, parent: 3, error: true);
        span.Links.Add(new Span.Types.Link { TraceId = Wires.TraceId(4), SpanId = Wires.SpanId(5) });

        Assert.Equal(
            """{ "resourceSpans": [ { "resource": { "attributes": [ { "key": "service.name", "value": { "stringValue": "api" } } ] }, "scopeSpans": [ { "scope": { "name": "tests" }, "spans": [ { "traceId": "a0000000000000000000000000000001", "spanId": "b000000000000002", "parentSpanId": "b000000000000003", "name": "work", "kind": 2, "startTimeUnixNano": "1767225600000000000", "endTimeUnixNano": "1767225601000000000", "links": [ { "traceId": "a0000000000000000000000000000004", "spanId": "b000000000000005" } ], "status": { "message": "it broke", "code": 2 } } ] } ] } ] }""",
            OtlpJson.Format(Wires.Spans("api", span)));
    }

    [Fact]
    public void Deep_values_are_refused_and_do_no_harm()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"arrayValue":{"values":[""", 500)) + string.Concat(Enumerable.Repeat("]}}", 500));

        Assert.Throws<OtlpRefusal>(() => Parse<ExportLogsServiceRequest>($$"""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{{deep}}}]}]}]}"""));
    }

    private static T Parse<T>(string json)
        where T : class, IMessage<T>, new() => OtlpJson.Parse<T>(new MemoryStream(Encoding.UTF8.GetBytes(json)));
}
