import type { Exemplar, Instrument, Series } from '../app/types'

export type View = 'rate' | 'value' | 'count' | 'percentiles'
export const viewName: Record<View, string> = { rate: 'Rate', value: 'Value', count: 'Count', percentiles: 'Percentiles' }

/** What can be asked of an instrument, the most telling first. */
export function viewsOf({ type, monotonic }: Pick<Instrument, 'type' | 'monotonic'>): View[] {
  if (type === 'histogram' || type === 'exponentialHistogram') return ['percentiles', 'rate', 'count']
  if (type === 'summary') return ['percentiles', 'rate', 'count']
  return type === 'sum' && monotonic ? ['rate', 'value'] : ['value']
}

export const ranges: [string, string, number][] = [
  ['1m', '1 minute', 60], ['5m', '5 minutes', 300], ['15m', '15 minutes', 900], ['1h', '1 hour', 3600], ['6h', '6 hours', 21_600],
]

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600]
/** A round step (seconds) that makes at most some 180 points of a range. */
export const stepOf = (seconds: number) => steps.find(s => seconds / s <= 180) ?? 3600

export interface Line { name: string; values: (number | null)[] }
export const percentilesKnown = ['50', '90', '95', '99']

/** One line a series; with percentiles all of a single series, else the chosen one of each. */
export function linesOf(series: readonly Series[], view: View, percentile: string): Line[] {
  if (view !== 'percentiles') return series.map(s => ({ name: nameOf(s.labels), values: s.values }))
  const [only] = series
  if (series.length === 1 && only!.percentiles) {
    const of = Object.keys(only!.labels).length > 0 ? `${nameOf(only!.labels)} ` : ''
    return Object.entries(only!.percentiles).map(([p, values]) => ({ name: `${of}p${p}`, values }))
  }
  return series.map(s => ({ name: nameOf(s.labels), values: s.percentiles?.[percentile] ?? s.values }))
}

export function nameOf(labels: Record<string, string>): string {
  const parts = Object.values(labels)
  return parts.length === 0 ? 'all' : parts.map(p => (p === '' ? '(none)' : p)).join(', ')
}

export interface Summary { last: number | null; least: number | null; mean: number | null; most: number | null }
export function summarise(values: readonly (number | null)[]): Summary {
  const known = values.filter(v => v !== null)
  if (known.length === 0) return { last: null, least: null, mean: null, most: null }
  let [least, most, sum] = [Infinity, -Infinity, 0]
  for (const v of known) {
    least = Math.min(least, v)
    most = Math.max(most, v)
    sum += v
  }
  return { last: known.at(-1)!, least, mean: sum / known.length, most }
}

/** The slowest exemplars first: those are looked for. */
export const topExemplars = (all: readonly Exemplar[], most: number) => [...new Map(all.map(e => [`${e.traceId} ${e.spanId} ${e.value}`, e])).values()].sort((a, b) => b.value - a.value).slice(0, most)

export interface Meter { name: string; instruments: Instrument[] }
export interface Branch { resource: string; meters: Meter[] }

/** Resource, meter, instrument, each by name; only what has the text in one of the three. */
export function treeOf(instruments: readonly Instrument[], text: string): Branch[] {
  const what = text.toLowerCase()
  const branches = new Map<string, Map<string, Instrument[]>>()
  for (const i of instruments) {
    if (!`${i.resource} ${i.meter} ${i.name} ${i.description}`.toLowerCase().includes(what)) continue
    const meters = branches.get(i.resource) ?? new Map<string, Instrument[]>()
    branches.set(i.resource, meters)
    meters.set(i.meter, [...(meters.get(i.meter) ?? []), i])
  }
  const byKey = <T>(map: Map<string, T>) => [...map].sort(([a], [b]) => a.localeCompare(b))
  return byKey(branches).map(([resource, meters]) => ({
    resource,
    meters: byKey(meters).map(([name, of]) => ({ name, instruments: of.sort((a, b) => a.name.localeCompare(b.name)) })),
  }))
}
