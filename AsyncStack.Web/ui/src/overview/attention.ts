import { api, ask, page, type Schema } from '../api/client'

export interface Concern { what: string; text: string; to: string; at: string | null; tone: 'error' | 'warn' }
interface Seen {
  workers: Schema<'WorkerView'>[]
  queues: Schema<'QueueView'>[]
  letters: Schema<'DeadLetterView'>[]
  dead: Schema<'DeliveryView'>[]
  failed: Schema<'JobView'>[]
}

const most = 5
const moreThan = (items: readonly unknown[]) => (items.length > most ? `More than ${most}` : String(items.length))

/** What needs somebody, the most urgent first. */
export function concerns({ workers, queues, letters, dead, failed }: Seen): Concern[] {
  const list: Concern[] = []
  const gone = workers.filter(w => !w.alive)
  if (workers.length > 0 && gone.length === workers.length) list.push({ what: 'No worker is alive', text: 'Jobs are accepted and wait.', to: '/queues', at: null, tone: 'error' })
  else for (const w of gone) list.push({ what: 'A worker is gone', text: `${w.host}, process ${w.pid}`, to: '/queues', at: w.heartbeat_at ?? null, tone: 'warn' })
  for (const q of queues.filter(q => q.paused)) list.push({ what: `${q.name} is paused`, text: `${q.ready ?? '?'} wait${q.controlled_by ? `; by ${q.controlled_by}` : ''}`, to: '/queues', at: q.controlled_at ?? null, tone: 'warn' })
  if (letters.length > 0) list.push({ what: `${moreThan(letters)} dead letter${letters.length === 1 ? '' : 's'}`, text: letters[0]!.reason, to: '/dead-letters?redriven=false', at: letters[0]!.dead_at, tone: 'error' })
  if (dead.length > 0) list.push({ what: `${moreThan(dead)} callback${dead.length === 1 ? '' : 's'} given up`, text: dead[0]!.last_error ?? dead[0]!.target_url, to: '/webhooks?state=dead', at: dead[0]!.finished_at ?? null, tone: 'error' })
  for (const job of failed.slice(0, most)) list.push({ what: `A ${job.job_type} job failed`, text: job.error_message ?? '', to: `/jobs/${job.id}`, at: job.finished_at ?? null, tone: 'error' })
  return list
}

/** Reads what `concerns` looks at; a part that cannot be read is told by the others' absence of it, not by an error page. */
export async function readConcerns(): Promise<Concern[]> {
  const none = <T>(promise: Promise<T>, instead: T) => promise.catch(() => instead)
  const nothing = { items: [], next: null }
  const day = new Date(Date.now() - 86_400_000).toISOString()
  const [workers, queues, letters, dead, failed] = await Promise.all([
    none(page(api.GET('/api/v1/workers', { params: { query: { limit: 100 } } })), nothing),
    none(ask(api.GET('/api/v1/queues')), null),
    none(page(api.GET('/api/v1/dead-letters', { params: { query: { redriven: false, limit: most + 1 } as any } })), nothing),
    none(page(api.GET('/api/v1/webhooks/deliveries', { params: { query: { state: 'dead', limit: most + 1 } } })), nothing),
    none(page(api.GET('/jobs', { params: { query: { status: 'failed', created_after: day, limit: most } } })), nothing),
  ])
  return concerns({ workers: workers.items, queues: queues?.queues ?? [], letters: letters.items, dead: dead.items, failed: failed.items })
}
