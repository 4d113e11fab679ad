import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import type { ConsoleLine } from '../src/app/types'
import { dice, graph, instruments, log, series, summary, trace } from './generate'

const big = 900
const traces = Array.from({ length: 400 }, (_, n) => trace(n + 1, 4 + (n * 7) % 40, Date.now() - (400 - n) * 1500))
traces.push(trace(big, 10_000, Date.now() - 500))
const random = dice(1)

function json(response: ServerResponse, body: unknown, status = 200) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function stream(request: IncomingMessage, response: ServerResponse, every: number, tick: (send: (event: string, data: unknown, id?: number) => void) => void) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const send = (event: string, data: unknown, id?: number) => response.write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`)
  const timer = setInterval(() => tick(send), every)
  request.on('close', () => clearInterval(timer))
  return send
}

const texts = [
  '\x1b[32minfo\x1b[39m: AsyncStack.Worker[14] Claimed 32 jobs in 4.1 ms',
  '\x1b[33mwarn\x1b[39m: AsyncStack.Worker[3] The cache did not answer within 500 ms; going on without it and trying again with the next task that ends, which may take longer than usual while it starts',
  '\x1b[1m\x1b[36mdbug\x1b[0m: Outbox swept, \x1b[38;5;208m17\x1b[0m rows, \x1b[48;2;40;90;160m\x1b[97m done \x1b[0m',
  'plain text without any colour at all',
  '\x1b[41m\x1b[30mfail\x1b[39m\x1b[22m\x1b[49m: System.IO.IOException: connection refused\n   at Publish()',
]
let n = 0
const line = (): ConsoleLine => ({ n: ++n, at: Date.now(), replica: n % 3, error: n % 11 === 0, text: texts[Math.floor(random() * texts.length)]!.split('\n')[0]! })

/** Answers the dashboard's API with generated data, in the development server only: a trace of 10,000 spans, 1,000 console lines and log records a second. */
export function devData(): Plugin {
  return {
    name: 'dev-data',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use('/api', (request, response) => answer(request, response))
    },
  }
}

function answer(request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url!, 'http://localhost')
  const query = url.searchParams
  const path = url.pathname
  let match: RegExpExecArray | null
  if (path === '/about') {
    json(response, { application: 'AsyncStack', version: '1.0', startedAt: Date.now() - 754_000, otlp: { grpc: 'http://localhost:18889', http: 'http://localhost:18890' }, limits: { spans: 100_000, logs: 100_000, metricPoints: 1_000_000, bytes: 268_435_456, ageSeconds: 3600 }, kept: { spans: 22_000, logs: 9_000, metricPoints: 30_100, bytes: 40_000_000 }, dropped: { spans: 0, logs: 0, metricPoints: 0 }, imported: query.get('imported') ? { name: 'one', exportedAt: Date.now() } : null })
  } else if (path === '/resources/changes') {
    const send = stream(request, response, 2000, send => send('usage', { usage: graph.flatMap(r => r.replicas.map(p => ({ name: r.name, replica: p.index, cpu: random() * 0.4, memoryBytes: 6e7 + random() * 4e7 }))) }))
    send('resources', { resources: graph })
  } else if ((match = /^\/resources\/([^/]+)\/environment$/.exec(path))) {
    json(response, { variables: [{ name: 'ASPNETCORE_URLS', value: 'http://localhost:5080', secret: false }, { name: 'ConnectionStrings__asyncstack', value: null, secret: true }, { name: 'OTEL_SERVICE_NAME', value: match[1], secret: false }, { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://localhost:18889', secret: false }] })
  } else if (/\/reveal$/.test(path)) json(response, { value: 'Host=localhost;Port=5432;Username=asyncstack;Password=s3cret' })
  else if (/\/commands\//.test(path)) setTimeout(() => json(response, path.includes('rebuild') ? { title: 'The build failed', detail: 'The build failed; the old process runs on.' } : { success: true }, path.includes('rebuild') ? 409 : 200), 700)
  else if ((match = /^\/resources\/([^/]+)\/console$/.exec(path))) {
    const many = match[1] === 'worker' ? 100 : 1
    const send = stream(request, response, 100, send => {
      const lines = Array.from({ length: many }, line)
      send('lines', { lines, skipped: 0 }, n)
    })
    send('lines', { lines: Array.from({ length: 1000 }, line), skipped: 0 }, n)
  } else if (path === '/logs/live') {
    let seq = Number(request.headers['last-event-id'] ?? 5000)
    const many = query.get('resource') ? 1 : Number(process.env.RATE ?? 20)
    stream(request, response, 100, send => send('logs', { logs: Array.from({ length: many }, () => log(++seq)), skipped: 0 }, seq))
  } else if (path === '/logs') {
    const before = Number(query.get('before') ?? 5001)
    json(response, { logs: Array.from({ length: Math.min(200, before - 1) }, (_, i) => log(before - 1 - i, Date.now() - (5001 - before + i) * 300)), next: before > 200 ? before - 200 : null })
  } else if ((match = /^\/logs\/(\d+)$/.exec(path))) json(response, { ...log(Number(match[1])), resourceAttributes: { 'service.name': 'api', 'service.version': '1.0', 'host.name': 'box' } })
  else if (path === '/traces/live') {
    let id = 1000
    stream(request, response, 1000, send => send('traces', { traces: [summary(trace(++id, 12, Date.now()), id)] }))
  } else if (path === '/traces') {
    const before = Number(query.get('before') ?? traces.length)
    json(response, { traces: traces.slice(Math.max(0, before - 200), before).map((t, i) => summary(t, Math.max(0, before - 200) + i)).reverse(), next: before > 200 ? before - 200 : null })
  } else if ((match = /^\/traces\/([0-9a-f]+)$/.exec(path))) {
    const found = traces.find(t => t.traceId === match![1])
    json(response, found ?? { title: 'No such trace', detail: 'The trace is not kept any more.' }, found ? 200 : 404)
  } else if (path === '/metrics') json(response, { instruments: instruments.filter(i => !query.get('resource') || i.resource === query.get('resource')) })
  else if (path === '/metrics/series') {
    const instrument = instruments.find(i => i.name === query.get('name'))!
    const answer = series(query.get('view')!, query.getAll('by'), Number(query.get('from')), Number(query.get('to')), Number(query.get('step')))
    const exemplars = answer.times.filter((_, i) => i % 9 === 0).map((at, i) => ({ at, value: 0.02 + random() * 0.3, traceId: traces[i]!.traceId, spanId: traces[i]!.spans[0]!.spanId, labels: {} }))
    json(response, { type: instrument.type, unit: instrument.unit, ...answer, exemplars: instrument.type === 'histogram' ? exemplars : [], truncated: false })
  } else if (path === '/metrics/live') stream(request, response, 5000, send => send('metrics', { resources: ['api', 'worker', 'web', 'notifier'] }))
  else if (path === '/session' && request.method === 'POST') json(response, { title: 'The file is no session', detail: 'Line 1 is not JSON.' }, 400)
  else json(response, { title: 'Not found' }, 404)
}
