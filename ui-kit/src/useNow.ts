import { onUnmounted, ref } from 'vue'

/** The present in milliseconds, again every `every` milliseconds. */
export function useNow(every = 1000) {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), every)
  onUnmounted(() => clearInterval(timer))
  return now
}

/** The present, again every second for as long as anything shows it. */
export const sharedNow = ref(Date.now())
let users = 0
let ticking: ReturnType<typeof setInterval> | undefined

export function useSharedNow() {
  if (users++ === 0) {
    sharedNow.value = Date.now()
    ticking = setInterval(() => (sharedNow.value = Date.now()), 1000)
  }
  onUnmounted(() => { if (--users === 0) clearInterval(ticking) })
  return sharedNow
}
