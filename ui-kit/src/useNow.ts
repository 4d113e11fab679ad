import { onUnmounted, ref } from 'vue'

/** The present in milliseconds, again every `every` milliseconds. */
export function useNow(every = 1000) {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), every)
  onUnmounted(() => clearInterval(timer))
  return now
}
