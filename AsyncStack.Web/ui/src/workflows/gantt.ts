export interface Span { id: string; state: string; started_at?: string | null; finished_at?: string | null }
export interface Bar { id: string; state: string; left: number; width: number; from: number | null; to: number | null }
export interface Tick { at: number; left: number }
export interface Gantt { bars: Bar[]; ticks: Tick[]; from: number; to: number }

const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 43_200_000, 86_400_000]

/** Bars along time, in shares of the whole; what runs goes on until now. `from` is when the run began. */
export function gantt(spans: readonly Span[], from: number, now: number): Gantt {
  const times = spans.flatMap(s => (s.started_at ? [Date.parse(s.started_at), s.finished_at ? Date.parse(s.finished_at) : now] : []))
  const start = Math.min(from, ...times)
  const end = Math.max(start + 1, ...times)
  const whole = end - start
  const bars = spans.map(s => {
    if (!s.started_at) return { id: s.id, state: s.state, left: 0, width: 0, from: null, to: null }
    const [a, b] = [Date.parse(s.started_at), s.finished_at ? Date.parse(s.finished_at) : now]
    return { id: s.id, state: s.state, left: (a - start) / whole, width: Math.max(0, b - a) / whole, from: a, to: b }
  })
  return { bars, ticks: ticks(whole), from: start, to: end }
}

/** At most seven ticks, at round distances from the beginning. */
export function ticks(whole: number): Tick[] {
  const step = steps.find(s => whole / s <= 6) ?? Math.ceil(whole / 6 / 86_400_000) * 86_400_000
  return Array.from({ length: Math.floor(whole / step) + 1 }, (_, i) => ({ at: i * step, left: (i * step) / whole }))
}
