import { onMounted, onUnmounted, ref, watch } from 'vue'

const kept = 'asyncstack.keys'
/** Whether keys without a modifier do something; speech input and unsteady hands may want them off (WCAG 2.1.4). */
export const singleKeys = ref(localStorage.getItem(kept) !== 'off')
watch(singleKeys, on => localStorage.setItem(kept, on ? 'on' : 'off'))

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Keys of the whole page while no field has the focus and no modifier is held; Escape leaves a field first. */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void>) {
  function onKey(event: KeyboardEvent) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (typing(event.target)) {
      if (event.key === 'Escape') (event.target as HTMLElement).blur()
      return
    }
    const action = keys[event.key]
    if (!action || !singleKeys.value) return
    event.preventDefault()
    action(event)
  }
  onMounted(() => document.addEventListener('keydown', onKey))
  onUnmounted(() => document.removeEventListener('keydown', onKey))
}
