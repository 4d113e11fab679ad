export type Key = string | number

/**
 * The rows of a list that is read from its head page by page and changes meanwhile. Known rows change in place at once; new ones wait
 * until they are let in, so that what is read does not move.
 */
export class Rows<T> {
  items: T[] = []
  private fresh: T[] = []
  private places = new Map<Key, number>()

  constructor(readonly keyOf: (item: T) => Key, readonly limit: number) {}

  get waiting() {
    return this.fresh.length
  }

  reset(items: readonly T[]) {
    this.fresh = []
    this.items = []
    this.places.clear()
    this.append(items)
  }

  /** Adds what comes after the last row. */
  append(items: readonly T[]) {
    for (const item of items) {
      if (this.items.length >= this.limit) return
      const key = this.keyOf(item)
      if (this.places.has(key)) continue
      this.places.set(key, this.items.length)
      this.items.push(item)
    }
  }

  /** Takes rows as they are now: known ones in place; those before the first that is known wait. Answers whether any was known. */
  takeHead(head: readonly T[]): boolean {
    const at = head.findIndex(item => this.places.has(this.keyOf(item)))
    this.fresh = (at < 0 ? head : head.slice(0, at)).slice()
    return this.update(head)
  }

  /** Changes the rows that are known; answers whether any was. */
  update(items: readonly T[]): boolean {
    let known = false
    for (const item of items) {
      const key = this.keyOf(item)
      const place = this.places.get(key)
      if (place === undefined) continue
      known = true
      this.items[place] = item
    }
    return known
  }

  /** Takes rows out, such as those that were deleted. */
  remove(keys: ReadonlySet<Key>) {
    const left = this.items.filter(item => !keys.has(this.keyOf(item)))
    const fresh = this.fresh
    this.reset(left)
    this.fresh = fresh
  }

  /** Lets the waiting ones in at the top. */
  settle() {
    if (this.fresh.length === 0) return
    const all = [...this.fresh, ...this.items]
    this.reset(all)
  }
}
