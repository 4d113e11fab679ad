/** Times and durations are microseconds unless a field says otherwise. */
export interface Resource {
  name: string
  type: string
  state: string
  health: 'Healthy' | 'Degraded' | 'Unhealthy' | null
  display: string
  reason: string | null
  /** Milliseconds, as stoppedAt and a replica's startedAt. */
  startedAt: number | null
  stoppedAt: number | null
  exitCode: number | null
  source: string | null
  urls: { name: string; url: string; text: string | null }[]
  references: string[]
  waitsFor: string[]
  parent: string | null
  replicas: Replica[]
  commands: Command[]
  telemetryName: string | null
}
export interface Replica {
  index: number
  state: string
  pid: number | null
  health: Resource['health']
  startedAt: number | null
  restarts: number
  exitCode: number | null
  reason: string | null
}
export interface Command { name: string; displayName: string; description: string | null; confirmation: string | null; enabled: boolean }
export interface Usage { name: string; replica: number; cpu: number; memoryBytes: number }
export interface ConsoleLine { n: number; at: number; replica: number; error: boolean; text: string }

export interface About {
  application: string
  version: string
  startedAt: number
  otlp: { grpc: string; http: string }
  limits: { spans: number; logs: number; metricPoints: number; bytes: number; ageSeconds: number }
  kept: { spans: number; logs: number; metricPoints: number; bytes: number }
  dropped: { spans: number; logs: number; metricPoints: number }
  imported: Imported | null
}
export interface Imported { name: string; exportedAt: number | string }

export type Attributes = Record<string, unknown>
export type Severity = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

export interface Log {
  seq: number
  at: number
  resource: string
  instance: string | null
  severity: Severity
  severityNumber: number
  severityText: string | null
  category: string
  body: string
  template: string | null
  eventName: string | null
  traceId: string | null
  spanId: string | null
  attributes: Attributes
  resourceAttributes?: Attributes
}

export interface TraceSummary {
  traceId: string
  seq: number
  name: string
  kind: string
  resource: string
  start: number
  duration: number
  spans: number
  errors: number
  logs: number
  resources: { name: string; spans: number; errors: number }[]
  rootMissing: boolean
}
export interface Trace { traceId: string; start: number; duration: number; spans: Span[]; logs: Log[] }
export interface SpanLink { traceId: string; spanId: string; attributes?: Attributes }
export interface Span {
  spanId: string
  parentSpanId: string | null
  resource: string
  instance: string | null
  scope: string
  name: string
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  start: number
  duration: number
  status: 'unset' | 'ok' | 'error'
  statusMessage: string | null
  attributes: Attributes
  events: { name: string; at: number; attributes: Attributes }[]
  links: SpanLink[]
  backlinks: SpanLink[]
}

export interface Instrument {
  resource: string
  meter: string
  name: string
  unit: string
  description: string
  type: 'sum' | 'gauge' | 'histogram' | 'exponentialHistogram' | 'summary'
  monotonic: boolean
  temporality: 'delta' | 'cumulative' | null
  dimensions: { key: string; values: string[] }[]
  series: number
  last: number
}
export interface Series {
  labels: Record<string, string>
  values: (number | null)[]
  percentiles: Record<string, (number | null)[]> | null
  counts: (number | null)[] | null
}
export interface Exemplar { at: number; value: number; traceId: string; spanId: string; labels: Record<string, string> }
export interface SeriesAnswer { type: Instrument['type']; unit: string; times: number[]; series: Series[]; exemplars: Exemplar[]; truncated: boolean }
