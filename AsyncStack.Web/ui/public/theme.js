// Before the first paint, so that a dark page does not flash white. ui-kit/src/theme.ts keeps the choice.
const kept = localStorage.getItem('asyncstack.theme')
const isDark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
