import type { Schema } from '../api/client'

export interface Concern { what: string; text: string; to: string; at: string | null; tone: 'error' | 'warn' }
export interface Seen {
  workers: Schema<'WorkerView'>[]
  queues: Schema<'QueueView'>[]
  letters: Schema<'DeadLetterView'>[]
  dead: Schema<'DeliveryView'>[]
  failed: Schema<'JobView'>[]
  runs: Schema<'RunSummary'>[]
}

/** So many of a kind are shown; one more is asked for, to know whether there are more. */
export const most = 5
const moreThan = (items: readonly unknown[]) => (items.length > most ? `More than ${most}` : String(items.length))

/** What needs somebody, the most urgent first. */
export function concerns({ workers, queues, letters, dead, failed, runs }: Seen): Concern[] {
  const list: Concern[] = []
  const gone = workers.filter(w => !w.alive)
  if (workers.length > 0 && gone.length === workers.length) list.push({ what: 'No worker is alive', text: 'Jobs are accepted and wait.', to: '/queues', at: null, tone: 'error' })
  else for (const w of gone) list.push({ what: 'A worker is gone', text: `${w.host}, process ${w.pid}`, to: '/queues', at: w.heartbeat_at ?? null, tone: 'warn' })
  for (const q of queues.filter(q => q.paused)) list.push({ what: `${q.name} is paused`, text: `${q.ready ?? '?'} wait${q.controlled_by ? `; by ${q.controlled_by}` : ''}`, to: '/queues', at: q.controlled_at ?? null, tone: 'warn' })
  if (letters.length > 0) list.push({ what: `${moreThan(letters)} dead letter${letters.length === 1 ? '' : 's'}`, text: letters[0]!.reason, to: '/dead-letters?redriven=false', at: letters[0]!.dead_at, tone: 'error' })
  if (dead.length > 0) list.push({ what: `${moreThan(dead)} callback${dead.length === 1 ? '' : 's'} given up`, text: dead[0]!.last_error ?? dead[0]!.target_url, to: '/webhooks?state=dead', at: dead[0]!.finished_at ?? null, tone: 'error' })
  for (const run of runs.slice(0, most)) list.push({ what: `Run failed: ${run.workflow}`, text: run.error_message ?? '', to: `/workflows/runs/${run.id}`, at: run.finished_at ?? null, tone: 'error' })
  // A run's own job fails with it.
  for (const job of failed.filter(j => j.job_type !== 'workflow').slice(0, most)) list.push({ what: `Job failed: ${job.job_type}`, text: job.error_message ?? '', to: `/jobs/${job.id}`, at: job.finished_at ?? null, tone: 'error' })
  return list
}
