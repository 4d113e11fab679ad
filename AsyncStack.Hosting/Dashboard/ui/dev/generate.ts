import type { Instrument, Log, Resource, Series, Severity, Span, Trace, TraceSummary } from '../src/app/types'

/** Numbers that look random and are the same each time. */
export function dice(seed: number) {
  return () => {
    seed = (seed * 1664525 + 1013904223) >>> 0
    return seed / 2 ** 32
  }
}

const hex = (n: number, length: number) => n.toString(16).padStart(length, '0')
const command = (name: string, displayName: string, confirmation: string | null = null) => ({ name, displayName, description: null, confirmation, enabled: true })

function resource(name: string, type: string, more: Partial<Resource> = {}): Resource {
  const startedAt = Date.now() - 754_000
  const replicas = [{ index: 0, state: 'Running', pid: 4000 + name.length, health: 'Healthy' as const, startedAt, restarts: 0, exitCode: null, reason: null }]
  return {
    name, type, state: 'Running', health: 'Healthy', display: 'Running', reason: null, startedAt, stoppedAt: null, exitCode: null, source: `AsyncStack.${name}/AsyncStack.${name}.csproj`,
    urls: [], references: [], waitsFor: [], parent: null, replicas, telemetryName: name,
    commands: [command('resource-stop', 'Stop'), command('resource-restart', 'Restart'), ...(type === 'project' ? [command('resource-rebuild', 'Rebuild and restart', 'Build the project and restart it?')] : [])],
    ...more,
  }
}

export const graph: Resource[] = [
  resource('postgres', 'postgres', { source: 'postgres 15', urls: [{ name: 'tcp', url: 'tcp://localhost:5432', text: null }], telemetryName: null }),
  resource('asyncstack', 'database', { parent: 'postgres', source: null, replicas: [], telemetryName: null, commands: [] }),
  resource('cache', 'redis', { source: 'redis-server', telemetryName: null }),
  resource('messaging', 'rabbitmq', { source: 'rabbitmq-server', urls: [{ name: 'management', url: 'http://localhost:15672', text: 'Management' }], telemetryName: null }),
  resource('storage', 'minio', { source: 's3rver', telemetryName: null }),
  resource('migrations', 'project', { state: 'Finished', health: null, display: 'Finished', exitCode: 0, stoppedAt: Date.now() - 700_000, source: 'AsyncStack.Api/AsyncStack.Api.csproj migrate up', references: ['asyncstack'], waitsFor: ['asyncstack'], commands: [command('resource-start', 'Start')] }),
  resource('api', 'project', { references: ['asyncstack', 'messaging', 'cache', 'storage'], waitsFor: ['migrations', 'messaging', 'cache', 'storage'], urls: [{ name: 'http', url: 'http://localhost:5080', text: null }, { name: 'grpc', url: 'http://localhost:5081', text: null }] }),
  resource('worker', 'project', { references: ['asyncstack', 'messaging', 'cache', 'storage'], waitsFor: ['migrations', 'messaging'], replicas: [0, 1, 2].map(index => ({ index, state: 'Running', pid: 5100 + index, health: index === 2 ? 'Degraded' as const : 'Healthy' as const, startedAt: Date.now() - 754_000, restarts: index, exitCode: null, reason: null })), health: 'Degraded', reason: 'cache: no answer within 500 ms' }),
  resource('notifier', 'project', { references: ['asyncstack', 'messaging'], waitsFor: ['migrations', 'messaging'], state: 'Exited', health: null, display: 'Exited (139)', exitCode: 139, reason: 'The process ended with code 139 (SIGSEGV)', stoppedAt: Date.now() - 42_000, commands: [command('resource-start', 'Start')] }),
  resource('web', 'project', { references: ['api'], state: 'Starting', health: null, display: 'Starting', urls: [{ name: 'http', url: 'http://localhost:5090', text: null }] }),
  resource('gateway', 'nginx', { source: 'nginx', references: ['api', 'web'], waitsFor: ['api', 'worker', 'notifier', 'web'], state: 'Waiting', health: null, display: 'Waiting for web', replicas: [], telemetryName: null, urls: [{ name: 'http', url: 'http://localhost:8080', text: 'Gateway' }] }),
]

const kinds: Span['kind'][] = ['server', 'client', 'internal', 'producer', 'consumer']
const names = ['POST /process', 'INSERT jobs', 'jobs.default send', 'jobs.default process', 'SELECT outbox', 'GET /task/{id}', 'PUT object', 'POST callback']
const services = ['api', 'worker', 'notifier', 'web']

/** A trace of any size in which each span starts after its parent and ends before it. */
export function trace(id: number, size: number, at: number): Trace {
  const random = dice(id * 2_654_435)
  const traceId = hex(id, 32)
  const spans: Span[] = []
  const depths = new Map<string, number>()
  const start = at * 1000
  const whole = (5 + random() ** 4 * 900) * 1000 * (size > 100 ? 20 : 1)
  for (let n = 0; n < size; n++) {
    let parent: Span | null = n === 0 ? null : spans[Math.floor(Math.max(0, n - 1 - random() * Math.min(n, 9)))]!
    if (parent && (depths.get(parent.spanId) ?? 0) > 11) parent = spans[Math.floor(random() * Math.min(n, 40))]!
    const from: number = parent ? parent.start + parent.duration * random() * 0.7 : start
    const duration = parent ? Math.max(3, (parent.start + parent.duration - from) * (0.3 + random() * 0.65)) : whole
    depths.set(hex(id * 20_000 + n + 1, 16), parent ? (depths.get(parent.spanId) ?? 0) + 1 : 0)
    const failed = random() < 0.03
    spans.push({
      spanId: hex(id * 20_000 + n + 1, 16), parentSpanId: parent?.spanId ?? null, resource: n === 0 ? 'api' : services[Math.floor(random() * 4)]!, instance: 'one', scope: 'AsyncStack',
      name: names[Math.floor(random() * names.length)]!, kind: kinds[Math.floor(random() * 5)]!, start: from, duration, status: failed ? 'error' : 'unset', statusMessage: failed ? 'connection refused' : null,
      attributes: { 'http.request.method': 'POST', 'url.path': '/process', 'server.port': 5080, 'db.system.name': 'postgresql' },
      events: failed ? [{ name: 'exception', at: from + duration / 2, attributes: { 'exception.type': 'IOException', 'exception.message': 'connection refused', 'exception.stacktrace': 'at Publish()\nat Run()' } }] : [],
      links: n % 7 === 3 ? [{ traceId: hex(id + 1, 32), spanId: hex((id + 1) * 20_000 + 1, 16), attributes: {} }] : [], backlinks: [],
    })
  }
  const logs = spans.slice(0, 60).filter((_, n) => n % 2 === 0).map((s, n) => log(id * 100 + n, (s.start + s.duration * random()) / 1000, traceId, s))
  return { traceId, start, duration: whole, spans, logs }
}

export function summary(t: Trace, seq: number): TraceSummary {
  const root = t.spans[0]!
  const of = new Map<string, { name: string; spans: number; errors: number }>()
  for (const s of t.spans) {
    const one = of.get(s.resource) ?? { name: s.resource, spans: 0, errors: 0 }
    of.set(s.resource, { ...one, spans: one.spans + 1, errors: one.errors + (s.status === 'error' ? 1 : 0) })
  }
  return { traceId: t.traceId, seq, name: root.name, kind: root.kind, resource: root.resource, start: t.start, duration: t.duration, spans: t.spans.length, errors: t.spans.filter(s => s.status === 'error').length, logs: t.logs.length, resources: [...of.values()], rootMissing: false }
}

const severities: Severity[] = ['info', 'info', 'info', 'info', 'debug', 'warn', 'error']
const bodies = ['Job 0190f3c1 of type echo was accepted', 'Claimed 32 jobs in 4.1 ms', 'Delivery to http://localhost:9000/hook was answered 200', 'The cache did not answer within 500 ms', 'Executed DbCommand (3ms) SELECT j.id, j.state FROM jobs AS j WHERE j.id = @id']

export function log(seq: number, at = Date.now(), traceId: string | null = null, span?: Span): Log {
  const random = dice(seq * 7919)
  const severity = severities[Math.floor(random() * severities.length)]!
  return {
    seq, at: at * 1000, resource: span?.resource ?? services[Math.floor(random() * 4)]!, instance: 'one', severity, severityNumber: 9, severityText: 'Information', category: 'AsyncStack.Api.Process', body: bodies[Math.floor(random() * bodies.length)]!,
    template: 'Job {JobId} of type {Type} was accepted', eventName: 'Accepted', traceId: traceId ?? (random() < 0.5 ? hex(1 + Math.floor(random() * 150), 32) : null), spanId: span?.spanId ?? null,
    attributes: { JobId: `0190f3c1-${hex(seq, 12)}`, Type: 'echo', attempt: 1 },
  }
}

export const instruments: Instrument[] = services.flatMap(resource => [
  { resource, meter: 'AsyncStack', name: 'asyncstack.jobs', unit: '{job}', description: 'Jobs that ended', type: 'sum' as const, monotonic: true, temporality: 'cumulative' as const, dimensions: [{ key: 'outcome', values: ['completed', 'failed'] }, { key: 'job.type', values: ['echo', 'fetch'] }], series: 4, last: Date.now() * 1000 },
  { resource, meter: 'Microsoft.AspNetCore.Hosting', name: 'http.server.request.duration', unit: 's', description: 'Duration of HTTP server requests', type: 'histogram' as const, monotonic: false, temporality: 'cumulative' as const, dimensions: [{ key: 'http.route', values: ['/process', '/task/{id}', '/stats'] }, { key: 'http.response.status_code', values: ['200', '202', '404'] }], series: 5, last: Date.now() * 1000 },
  { resource, meter: 'System.Runtime', name: 'dotnet.process.memory.working_set', unit: 'By', description: 'Working set', type: 'gauge' as const, monotonic: false, temporality: null, dimensions: [], series: 1, last: Date.now() * 1000 },
])

export function series(view: string, by: string[], from: number, to: number, step: number): { times: number[]; series: Series[] } {
  const times: number[] = []
  for (let at = Math.ceil(from / step / 1e6) * step * 1e6; at <= to; at += step * 1e6) times.push(at)
  const wave = (at: number, phase: number) => 60 + 40 * Math.sin(at / 4e7 + phase) + 8 * Math.sin(at / 3e6 + phase * 3)
  const labels = by.length === 0 ? [{}] : ['a', 'b', 'c'].map(v => Object.fromEntries(by.map(k => [k, `${k} ${v}`])))
  return {
    times,
    series: labels.map((l, n) => {
      const values = times.map((at, i) => (i % 37 === 5 ? null : view === 'value' ? wave(at, n) * 2e6 : wave(at, n)))
      const percentiles = view === 'percentiles' ? Object.fromEntries([50, 90, 95, 99].map(p => [p, values.map(v => (v === null ? null : (v / 2000) * (p / 50) ** 3))])) : null
      return { labels: l, values, percentiles, counts: values }
    }),
  }
}
