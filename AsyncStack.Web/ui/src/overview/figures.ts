/** What `/stats` told at a moment, as far as the overview shows it; null where it could not be read. */
export interface Point {
  at: number
  processed: number | null
  failed: number | null
  running: number | null
  backlog: number | null
}

interface Stats {
  queues?: Record<string, { ready: number }> | null
  worker: { processed?: number | null; failed?: number | null; in_progress?: number | null }
}

/** Queues whose messages wait for a worker. */
const work = ['jobs.high', 'jobs.default', 'jobs.low', 'airflow_requests']

export const pointOf = (stats: Stats, at: number): Point => ({
  at,
  processed: stats.worker.processed ?? null,
  failed: stats.worker.failed ?? null,
  running: stats.worker.in_progress ?? null,
  backlog: stats.queues ? work.reduce((sum, name) => sum + (stats.queues![name]?.ready ?? 0), 0) : null,
})

/** Ended jobs a second between two points; null when it is not known, 0 after the counters began anew. */
export function rate(before: Point | undefined, now: Point | undefined): number | null {
  if (!before || !now || before.processed === null || now.processed === null || now.at <= before.at) return null
  return Math.max(0, (now.processed - before.processed) / ((now.at - before.at) / 1000))
}

/** The share of ended jobs that did not fail, over these points; null when none ended. */
export function success(points: readonly Point[]): number | null {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || first.processed === null || last.processed === null || first.failed === null || last.failed === null) return null
  const ended = last.processed - first.processed
  return ended > 0 ? 1 - Math.max(0, last.failed - first.failed) / ended : null
}

/** Linear interpolation between the closest ranks. */
export function quantile(sorted: readonly number[], q: number): number | null {
  if (sorted.length === 0) return null
  const place = (sorted.length - 1) * q
  const low = Math.floor(place)
  return sorted[low]! + (sorted[Math.min(low + 1, sorted.length - 1)]! - sorted[low]!) * (place - low)
}

/** Points of a line in a box of `width` × `height`, as the parts of a path; a gap where a value is not known. */
export function line(values: readonly (number | null)[], most: number, width: number, height: number): string {
  let gap = true
  return values.map((v, i) => {
    if (v === null) { gap = true; return '' }
    const at = `${((i / Math.max(1, values.length - 1)) * width).toFixed(1)} ${(height - (v / (most || 1)) * height).toFixed(1)}`
    const part = `${gap ? 'M' : 'L'}${at}`
    gap = false
    return part
  }).join('')
}
