import { shallowRef } from 'vue'

export interface Toast { id: number; text: string; kind: 'ok' | 'error' }

export const toasts = shallowRef<Toast[]>([])
let next = 0

/** Says something at the edge of the page for a while; errors stay longer. */
export function toast(text: string, kind: Toast['kind'] = 'ok') {
  const id = next++
  toasts.value = [...toasts.value.slice(-3), { id, text, kind }]
  setTimeout(() => dismiss(id), kind === 'error' ? 12_000 : 4_000)
}

export const dismiss = (id: number) => (toasts.value = toasts.value.filter(t => t.id !== id))
export const toastError = (error: unknown) => toast(error instanceof Error ? error.message : String(error), 'error')
