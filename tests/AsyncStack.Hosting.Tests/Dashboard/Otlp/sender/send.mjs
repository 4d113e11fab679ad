// Sends a trace, log records and metrics by the protocol that the environment names: grpc, http/protobuf or http/json.
// Addresses, headers and compression come from the standard OTEL_* variables.
import { context, trace, SpanKind, SpanStatusCode, ROOT_CONTEXT } from '@opentelemetry/api'
import { SeverityNumber } from '@opentelemetry/api-logs'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { NodeTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { LoggerProvider, BatchLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader, AggregationType } from '@opentelemetry/sdk-metrics'

const kind = { grpc: 'grpc', 'http/protobuf': 'proto', 'http/json': 'http' }[process.env.OTEL_EXPORTER_OTLP_PROTOCOL]
const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${kind}`)
const { OTLPLogExporter } = await import(`@opentelemetry/exporter-logs-otlp-${kind}`)
const { OTLPMetricExporter } = await import(`@opentelemetry/exporter-metrics-otlp-${kind}`)

const resource = resourceFromAttributes({ 'service.name': `node-${kind}`, 'service.instance.id': 'node-1', tags: ['a', 'b'] })

// The SDKs swallow what goes wrong with an export; a test must not.
const failed = []
function told(exporter) {
  const send = exporter.export.bind(exporter)
  exporter.export = (items, done) => send(items, result => {
    if (result.code !== 0) failed.push(result.error)
    done(result)
  })
  return exporter
}

const tracerProvider = new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(told(new OTLPTraceExporter()))] })
tracerProvider.register()
const loggerProvider = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor(told(new OTLPLogExporter()))] })
const meterProvider = new MeterProvider({
  resource,
  readers: [new PeriodicExportingMetricReader({ exporter: told(new OTLPMetricExporter()), exportIntervalMillis: 600_000 })],
  views: [{ instrumentName: 'node.exponential', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
})

const tracer = tracerProvider.getTracer('node-tracer', '1.2.3')
const logger = loggerProvider.getLogger('node-logger')
const meter = meterProvider.getMeter('node-meter')

const cause = tracer.startSpan('the cause', { kind: SpanKind.PRODUCER }, ROOT_CONTEXT)
cause.end()

const root = tracer.startSpan('GET /node', { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET', 'http.response.status_code': 500, ratio: 0.5, ok: true, list: [1, 2] } }, ROOT_CONTEXT)
const within = trace.setSpan(context.active(), root)
const child = tracer.startSpan('work', { kind: SpanKind.CLIENT, links: [{ context: cause.spanContext(), attributes: { why: 'batch' } }] }, within)
child.recordException(new Error('it broke'))
child.setStatus({ code: SpanStatusCode.ERROR, message: 'no luck' })
logger.emit({ severityNumber: SeverityNumber.WARN, severityText: 'WARN', body: 'from within', attributes: { user: { name: 'ü', age: 7 } }, context: trace.setSpan(context.active(), child) })
logger.emit({ severityNumber: SeverityNumber.INFO, body: { a: 1 }, eventName: 'node.event' })
child.end()
root.end()

const counter = meter.createCounter('node.jobs', { unit: '{job}', description: 'jobs done' })
const gauge = meter.createObservableGauge('node.level')
gauge.addCallback(result => result.observe(42.5, { queue: 'one' }))
const upDown = meter.createUpDownCounter('node.held')
const histogram = meter.createHistogram('node.duration', { unit: 's', advice: { explicitBucketBoundaries: [0.1, 1, 10] } })
const exponential = meter.createHistogram('node.exponential')
counter.add(1, { result: 'ok' })
await meterProvider.forceFlush()
await new Promise(resolve => setTimeout(resolve, 20))
counter.add(6, { result: 'ok' })
counter.add(3, { result: 'bad' })
upDown.add(5)
upDown.add(-2)
for (const value of [0.05, 0.5, 0.5, 5, 50]) {
  histogram.record(value)
  exponential.record(value)
}

for (const provider of [tracerProvider, loggerProvider, meterProvider]) await provider.shutdown()
for (const error of failed) console.error(error)
console.log(JSON.stringify({ trace: root.spanContext().traceId, span: child.spanContext().spanId, cause: cause.spanContext().traceId }))
process.exit(failed.length === 0 ? 0 : 1)
