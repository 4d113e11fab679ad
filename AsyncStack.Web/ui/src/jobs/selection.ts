import { shallowRef } from 'vue'

/** Which rows of a list are selected; a range goes from the row that was touched last. */
export function useSelection<T>(keyOf: (item: T) => string) {
  const keys = shallowRef<ReadonlySet<string>>(new Set())
  let last: string | null = null

  function toggle(item: T, items: readonly T[], range = false) {
    const key = keyOf(item)
    const next = new Set(keys.value)
    const on = !next.has(key)
    const [from, to] = [items.findIndex(i => keyOf(i) === last), items.findIndex(i => keyOf(i) === key)]
    const touched = range && from >= 0 && to >= 0 ? items.slice(Math.min(from, to), Math.max(from, to) + 1).map(keyOf) : [key]
    for (const one of touched) on ? next.add(one) : next.delete(one)
    last = key
    keys.value = next
  }
  const clear = () => { keys.value = new Set() }
  const all = (items: readonly T[]) => { keys.value = new Set(items.map(keyOf)) }
  return { keys, toggle, clear, all }
}
