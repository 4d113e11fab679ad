import { reactive, shallowRef } from 'vue'
import { api, reserveColours, useStream, type StreamState } from '@asyncstack/ui-kit'
import { computed, watch, type Ref } from 'vue'
import type { Resource, Usage } from './types'
import { useSession } from './session'

export interface Load { cpu: number; memory: number; cpus: number[]; memories: number[] }
const points = 60

/** The graph's resources in its own order, children after their parent. */
export const resources = shallowRef<Resource[]>([])
/** False until the first answer. */
export const resourcesKnown = shallowRef(false)
/** CPU (cores) and memory (bytes) of each resource, all replicas together, with the last two minutes. */
export const loads = reactive(new Map<string, Load>())
export let graphState: Ref<StreamState>

export const byName = computed(() => new Map(resources.value.map(r => [r.name, r])))

/** Follows the graph for as long as the application lives: every page offers resources. */
export function followGraph() {
  const { imported } = useSession()
  const { state } = useStream({
    url: () => (imported.value ? null : '/api/resources/changes'),
    on: (event, data, first) => {
      if (event === 'resources') change(data.resources, first)
      else if (event === 'usage') use(data.usage)
    },
  })
  graphState = state
  watch(imported, async now => {
    if (!now) return
    loads.clear()
    // Without an imported session the banner says so.
    const { resources: all } = await api<{ resources: Resource[] }>('/api/session/resources').catch(() => ({ resources: [] }))
    change(all, true)
  }, { immediate: true })
}

function change(changed: Resource[], all: boolean) {
  const known = all ? new Map<string, Resource>() : new Map(resources.value.map(r => [r.name, r]))
  for (const resource of changed) known.set(resource.name, resource)
  resources.value = ordered([...known.values()])
  reserveColours(resources.value.map(r => r.telemetryName ?? r.name))
  resourcesKnown.value = true
}

export function ordered(all: Resource[]): Resource[] {
  const names = new Set(all.map(r => r.name))
  const children = (parent: string | null) => all.filter(r => (r.parent !== null && names.has(r.parent) ? r.parent : null) === parent)
  const below = (r: Resource): Resource[] => [r, ...children(r.name).filter(c => c !== r).flatMap(below)]
  return children(null).flatMap(below)
}

function use(usage: Usage[]) {
  const sums = new Map<string, { cpu: number; memory: number }>()
  for (const { name, cpu, memoryBytes } of usage) {
    const sum = sums.get(name) ?? { cpu: 0, memory: 0 }
    sums.set(name, { cpu: sum.cpu + cpu, memory: sum.memory + memoryBytes })
  }
  for (const name of loads.keys()) if (!sums.has(name)) loads.delete(name)
  for (const [name, { cpu, memory }] of sums) {
    const before = loads.get(name)
    loads.set(name, { cpu, memory, cpus: [...(before?.cpus ?? []), cpu].slice(-points), memories: [...(before?.memories ?? []), memory].slice(-points) })
  }
}
