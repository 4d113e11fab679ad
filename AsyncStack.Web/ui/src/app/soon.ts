import { onScopeDispose } from 'vue'

/** Calls soon, and again at most every `least` milliseconds however often it is asked for; what is asked for while it works is not lost. */
export function useSoon(act: () => unknown, least = 1000) {
  let last = 0
  let asked = false
  let working = false
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(timer))

  function ask() {
    asked = true
    if (!working) timer ??= setTimeout(go, Math.max(0, last + least - Date.now()))
  }
  async function go() {
    timer = undefined
    asked = false
    working = true
    try {
      await act()
    } finally {
      working = false
      last = Date.now()
      if (asked) ask()
    }
  }
  return ask
}
