import { ref, watch, type Ref } from 'vue'
import type { Key } from './rows'

/** The row that the keyboard is at: it moves with arrow keys, and goes to the one that the address opens. */
export function useActive(open: Ref<string>, keyOf: (text: string) => Key = text => text) {
  const active = ref<Key | null>(open.value ? keyOf(open.value) : null)
  watch(open, now => { if (now) active.value = keyOf(now) })
  return active
}
