import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQuery, type LocationQueryRaw, type Router } from 'vue-router'

const first = (value: LocationQuery[string] | undefined) => (Array.isArray(value) ? value[0] : value) ?? ''
const many = (value: LocationQuery[string] | undefined) => (Array.isArray(value) ? value : value == null ? [] : [value]).filter(v => v !== null)

// Changes of one turn of the event loop become one step of the history.
const waiting = new WeakMap<Router, { query: LocationQueryRaw; push: boolean }>()

function change(router: Router, name: string, value: string | string[] | undefined, push: boolean) {
  let next = waiting.get(router)
  if (!next) {
    next = { query: { ...router.currentRoute.value.query }, push }
    waiting.set(router, next)
    const path = router.currentRoute.value.path
    queueMicrotask(() => {
      const { query, push } = waiting.get(router)!
      waiting.delete(router)
      void router[push ? 'push' : 'replace']({ path, query })
    })
  }
  next.push ||= push
  if (value === undefined || value.length === 0) delete next.query[name]
  else next.query[name] = value
}

export interface QueryOptions { default?: string; push?: boolean }

/** State that lives in the address: `push` makes each change a step that the back button undoes. The default is not written. */
export function useQuery(name: string, { default: initial = '', push = false }: QueryOptions = {}): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => first(route.query[name]) || initial,
    set: value => change(router, name, value === initial ? undefined : value, push),
  })
}

/** A list in the address: the parameter repeated. */
export function useQueryList(name: string, { push = false }: QueryOptions = {}): WritableComputedRef<string[]> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => many(route.query[name]),
    set: value => change(router, name, value, push),
  })
}
