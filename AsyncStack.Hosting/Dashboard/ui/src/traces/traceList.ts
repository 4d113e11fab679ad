import type { TraceSummary } from '../app/types'

/** Traces, the last begun first. Known ones change in place at once; new ones wait until they are let in, so that rows do not jump. */
export class TraceList {
  items: TraceSummary[] = []
  private fresh = new Map<string, TraceSummary>()
  private places = new Map<string, number>()

  constructor(readonly limit: number) {}

  get waiting() {
    return this.fresh.size
  }

  reset(items: TraceSummary[]) {
    this.fresh.clear()
    this.place(items)
  }

  take(changed: readonly TraceSummary[]) {
    for (const trace of changed) {
      const at = this.places.get(trace.traceId)
      if (at !== undefined) this.items[at] = trace
      else {
        this.fresh.set(trace.traceId, trace)
        if (this.fresh.size > this.limit) this.fresh.delete(this.fresh.keys().next().value!)
      }
    }
  }

  /** Lets the new ones in at the top; the oldest beyond the limit go. */
  settle() {
    if (this.fresh.size === 0) return
    const newer = [...this.fresh.values()].sort((a, b) => b.seq - a.seq)
    this.fresh.clear()
    // What arrived last stays when the list is full.
    this.place([...newer, ...this.items].slice(0, this.limit))
  }

  append(older: readonly TraceSummary[]) {
    this.place([...this.items, ...older.filter(t => !this.places.has(t.traceId))].slice(0, this.limit))
  }

  private place(items: TraceSummary[]) {
    this.items = items.sort((a, b) => b.start - a.start || b.seq - a.seq)
    this.places = new Map(items.map((t, i) => [t.traceId, i]))
  }
}
