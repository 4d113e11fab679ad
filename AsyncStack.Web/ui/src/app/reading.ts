import { ref, shallowRef, watch } from 'vue'
import { useChanges, type Topic } from './live'
import { useSoon } from './soon'

export interface ReadingOptions {
  /** What is read depends on it: a new value empties what is shown and reads anew. */
  on?: () => unknown
  /** When these change, it is read again; what is shown stays meanwhile. */
  topics?: Topic[]
  /** Milliseconds between two such readings at the least. */
  least?: number
}

/** One thing that is read from the server and shown; null while there is nothing to read. */
export function useReading<T>(read: () => Promise<T> | null, options: ReadingOptions = {}) {
  const value = shallowRef<T | null>(null)
  const error = shallowRef<Error | null>(null)
  const loading = ref(false)
  let turn = 0

  async function reload() {
    const mine = ++turn
    const reading = read()
    if (reading === null) {
      loading.value = false
      return
    }
    loading.value = true
    try {
      const now = await reading
      if (mine !== turn) return
      value.value = now
      error.value = null
    } catch (thrown) {
      if (mine === turn) error.value = thrown as Error
    } finally {
      if (mine === turn) loading.value = false
    }
  }
  watch(() => JSON.stringify(options.on?.()), () => {
    value.value = null
    error.value = null
    void reload()
  }, { immediate: true })
  const soon = useSoon(reload, options.least)
  if (options.topics) useChanges(options.topics, soon)
  return { value, error, loading, reload, soon }
}

export type Reading<T> = ReturnType<typeof useReading<T>>
