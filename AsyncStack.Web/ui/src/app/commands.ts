import { onScopeDispose, shallowRef } from 'vue'
import type { Router } from 'vue-router'
import type { IconName } from '@asyncstack/ui-kit'
import { areas } from './areas'

export interface Command { title: string; hint?: string; icon: IconName; run: () => void }

/** What the open page adds to the command palette. */
export const pageCommands = shallowRef<Command[]>([])

/** Adds commands to the palette for as long as the page is open. */
export function useCommands(commands: Command[]) {
  pageCommands.value = [...pageCommands.value, ...commands]
  onScopeDispose(() => { pageCommands.value = pageCommands.value.filter(c => !commands.includes(c)) })
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** What may be meant by a text: pages and commands whose words hold each of its words, and where an id may lead. */
export function find(text: string, router: Router, others: readonly Command[] = []): Command[] {
  const go = (path: string) => () => void router.push(path)
  const wanted = text.trim()
  const words = wanted.toLowerCase().split(/\s+/)
  const pages: Command[] = areas.map(a => ({ title: a.title, hint: a.key, icon: a.icon, run: go(a.path) }))
  const named = [...others, ...pages].filter(c => words.every(w => c.title.toLowerCase().includes(w)))
  if (!wanted) return named
  if (uuid.test(wanted)) {
    return [
      { title: `Job ${wanted}`, icon: 'job', run: go(`/jobs/${wanted}`) },
      { title: `Dataset ${wanted}`, icon: 'table', run: go(`/datasets/${wanted}`) },
      { title: `Resource ${wanted}`, icon: 'resources', run: go(`/resources/${wanted}`) },
      { title: `Run ${wanted}`, icon: 'graph', run: go(`/workflows/runs/${wanted}`) },
    ]
  }
  return [...named, { title: `Job with the correlation id “${wanted}”`, icon: 'search', run: go(`/jobs/by-correlation/${encodeURIComponent(wanted)}`) }]
}
