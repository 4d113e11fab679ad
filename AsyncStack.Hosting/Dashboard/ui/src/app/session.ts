import { computed, shallowRef } from 'vue'
import { useRoute, useRouter, type RouteLocationNormalizedLoadedGeneric, type Router } from 'vue-router'
import { api, call, withQuery, type Query } from '@asyncstack/ui-kit'
import type { About } from './types'

/** What the dashboard says of itself, read again by `readAbout`. */
export const about = shallowRef<About | null>(null)

export async function readAbout() {
  about.value = await api<About>('/api/about')
}

/** Which session is shown: the address decides, so that a link shows the same to whoever opens it. */
export function useSession() {
  const route = useRoute()
  const router = useRouter()
  const imported = computed(() => route.query.session === 'imported')
  return {
    imported,
    /** An address of telemetry in the session that is shown. */
    telemetry: (path: string, query: Query = {}) => withQuery(path, { ...query, session: imported.value ? 'imported' : undefined }),
    show: (which: 'live' | 'imported') => router.push({ path: '/resources', query: which === 'imported' ? { session: which } : {} }),
  }
}

let leaving = false

/** Other pages stay in the session that is shown, unless the link names one. */
export function keepSession(router: Router) {
  router.beforeEach((to: RouteLocationNormalizedLoadedGeneric, from) => {
    if (from.query.session !== 'imported' || to.path === from.path || to.query.session !== undefined || leaving) return true
    return { path: to.path, query: { ...to.query, session: 'imported' }, hash: to.hash }
  })
}
export async function leaveImported(router: Router) {
  leaving = true
  try {
    await router.push('/resources')
  } finally {
    leaving = false
  }
}

export interface ImportAnswer { name: string; exportedAt: number | string; spans: number; logs: number; metricPoints: number }

export async function importSession(file: File): Promise<ImportAnswer> {
  const answer = await api<ImportAnswer>('/api/session', { method: 'POST', body: file, headers: { 'content-type': 'application/octet-stream' } })
  await readAbout()
  return answer
}

export async function closeImported() {
  await call('/api/session', { method: 'DELETE' })
  await readAbout()
}
