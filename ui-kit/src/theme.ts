import { ref, watchEffect } from 'vue'

export type Theme = 'system' | 'light' | 'dark'

const key = 'asyncstack.theme'
const system = matchMedia('(prefers-color-scheme: dark)')
const systemDark = ref(system.matches)
system.addEventListener('change', e => (systemDark.value = e.matches))

export const theme = ref<Theme>(read())
export const dark = ref(false)

function read(): Theme {
  const kept = localStorage.getItem(key)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

/** Applies the chosen theme to the document and keeps the choice in this browser. */
export function useTheme() {
  watchEffect(() => {
    dark.value = theme.value === 'dark' || (theme.value === 'system' && systemDark.value)
    document.documentElement.dataset.theme = dark.value ? 'dark' : 'light'
    localStorage.setItem(key, theme.value)
  })
}

/** What a custom property of the theme says now; for canvases, which cannot use var(). */
export const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
