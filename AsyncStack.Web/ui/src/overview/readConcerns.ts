import { api, ask, page } from '../api/client'
import { concerns, most, type Concern } from './attention'

/** Reads what `concerns` looks at; a part that cannot be read is left out: the page says elsewhere what is away. */
export async function readConcerns(): Promise<Concern[]> {
  const none = <T>(promise: Promise<T>, instead: T) => promise.catch(() => instead)
  const nothing = { items: [], next: null }
  const day = new Date(Date.now() - 86_400_000).toISOString()
  const [workers, queues, letters, dead, failed, runs] = await Promise.all([
    none(page(api.GET('/api/v1/workers', { params: { query: { limit: 100 } } })), nothing),
    none(ask(api.GET('/api/v1/queues')), null),
    none(page(api.GET('/api/v1/dead-letters', { params: { query: { redriven: 'false', limit: most + 1 } } })), nothing),
    none(page(api.GET('/api/v1/webhooks/deliveries', { params: { query: { state: 'dead', limit: most + 1 } } })), nothing),
    none(page(api.GET('/jobs', { params: { query: { status: 'failed', created_after: day, limit: most } } })), nothing),
    none(page(api.GET('/api/v1/runs', { params: { query: { state: 'failed', limit: most } } })), nothing),
  ])
  return concerns({
    workers: workers.items, queues: queues?.queues ?? [], letters: letters.items, dead: dead.items, failed: failed.items,
    runs: runs.items.filter(r => Date.parse(r.finished_at ?? '') > Date.parse(day)),
  })
}
