/** What a live list keeps: at most `limit` items; when full, the oldest tenth goes at once so that lists move rarely. */
export class LiveBuffer<T> {
  items: T[] = []
  /** How many were dropped so far at the old end. */
  dropped = 0

  constructor(readonly limit: number) {}

  /** Appends what is newer; answers how many of the oldest went. */
  append(newer: readonly T[]): number {
    for (const item of newer) this.items.push(item)
    if (this.items.length <= this.limit) return 0
    const gone = this.items.length - Math.ceil(this.limit * 0.9)
    this.items.splice(0, gone)
    this.dropped += gone
    return gone
  }

  /** Puts older items before the oldest, as far as they fit; answers how many did. */
  prepend(older: readonly T[]): number {
    const fit = Math.min(older.length, Math.max(0, this.limit - this.items.length))
    this.items.unshift(...older.slice(older.length - fit))
    return fit
  }

  clear() {
    this.items = []
    this.dropped = 0
  }
}
