import { onScopeDispose } from 'vue'

/** Calls soon, and again at most every `least` milliseconds however often it is asked for; the last request is never lost. */
export function useSoon(act: () => unknown, least = 1000) {
  let last = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(timer))
  return () => {
    timer ??= setTimeout(async () => {
      await act()
      last = Date.now()
      timer = undefined
    }, Math.max(0, last + least - Date.now()))
  }
}
