import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { ApiError } from '@asyncstack/ui-kit'
import type { Page } from '../api/client'
import { useChanges, type Topic } from './live'
import { Rows, type Key } from './rows'

export interface PagedListOptions<T> {
  /** Reads a page; what it depends on (filters in the address) makes the list start over when it changes. */
  read: (paging: { limit: number; cursor?: string }) => Promise<Page<T>>
  /** What the pages depend on, besides the cursor; a new value starts over. */
  filter?: () => unknown
  key: (item: T) => Key
  /** When these change, the head is read again. */
  topics?: Topic[]
  /** Rows kept at the most. */
  limit?: number
}

const pageSize = 100
/** Heads are read at most this often, however fast things change. */
const least = 1000

/** A list with keyset paging: rows as they come in by scrolling, and a head that follows what happens. */
export function usePagedList<T>(options: PagedListOptions<T>) {
  const rows = new Rows<T>(options.key, options.limit ?? 200_000)
  const items = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const loading = ref(true)
  const error = shallowRef<Error | null>(null)
  const atTop = ref(true)
  const waiting = ref(0)
  /** A head that has nothing in common with what is shown: showing it means to start over. */
  let apart = false
  let turn = 0

  function show() {
    items.value = rows.items.slice()
    waiting.value = rows.waiting
  }

  async function reload() {
    const mine = ++turn
    loading.value = true
    error.value = null
    try {
      const page = await options.read({ limit: pageSize })
      if (mine !== turn) return
      rows.reset(page.items)
      next.value = page.next
      apart = false
      show()
    } catch (thrown) {
      if (mine !== turn) return
      error.value = thrown as Error
      if (thrown instanceof ApiError && thrown.status !== 0) { rows.reset([]); next.value = null; show() }
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  let readingMore = false
  async function more() {
    if (readingMore || loading.value || next.value === null || rows.items.length >= rows.limit) return
    readingMore = true
    const mine = turn
    try {
      const page = await options.read({ limit: pageSize, cursor: next.value })
      if (mine !== turn) return
      rows.append(page.items)
      next.value = page.next
      show()
    } catch (thrown) {
      if (mine === turn) error.value = thrown as Error
    } finally {
      readingMore = false
    }
  }

  /** Reads the head again: known rows change, new ones wait while something else is read. */
  let asked = 0
  let taken = 0
  async function refresh() {
    if (loading.value) return
    if (rows.items.length === 0 || error.value) return reload()
    const [mine, place] = [turn, ++asked]
    try {
      const page = await options.read({ limit: pageSize })
      // An answer that comes after that of a later question is out of date.
      if (mine !== turn || place < taken) return
      taken = place
      apart = !rows.takeHead(page.items) && page.items.length > 0
      if (page.items.length === 0) rows.reset([])
      settle()
    } catch {
      // The banner tells of a lost connection; what is shown stays.
    }
  }

  function settle() {
    if (!atTop.value) return show()
    if (apart) return void reload()
    rows.settle()
    show()
  }
  watch(atTop, () => { if (atTop.value && rows.waiting > 0) settle() })

  let last = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  function soon() {
    timer ??= setTimeout(() => {
      timer = undefined
      last = Date.now()
      void refresh()
    }, Math.max(0, last + least - Date.now()))
  }
  onScopeDispose(() => clearTimeout(timer))

  watch(() => JSON.stringify(options.filter?.()), () => void reload(), { immediate: true })
  if (options.topics) useChanges(options.topics, soon)

  return {
    items, loading, error, waiting, atTop, more, reload, refresh,
    /** True when the last page is here. */
    complete: computed(() => next.value === null),
    /** Changes rows that are shown. */
    update: (changed: readonly T[]) => { if (rows.update(changed)) show() },
    remove: (keys: ReadonlySet<Key>) => { rows.remove(keys); show() },
  }
}

export type PagedList<T> = ReturnType<typeof usePagedList<T>>
