import type { Schema } from '../api/client'

export type Job = Schema<'JobView'>
export const statuses = ['pending', 'running', 'completed', 'failed', 'canceled'] as const
export const ended = (status: string) => status === 'completed' || status === 'failed' || status === 'canceled'

/** How long a job ran, or has been running, in microseconds; null before its start. */
export function ranFor(job: { started_at?: string | null; finished_at?: string | null }, now: number): number | null {
  if (!job.started_at) return null
  const end = job.finished_at ? Date.parse(job.finished_at) : now
  return Math.max(0, end - Date.parse(job.started_at)) * 1000
}
