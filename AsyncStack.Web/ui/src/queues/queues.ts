import type { Schema } from '../api/client'

export type Queue = Schema<'QueueView'>
type Told = Schema<'StatsView'>['queues']

/** Queues that workers can be kept from. */
export const pausable = (name: string) => /^jobs\.(high|default|low)$/.test(name)

/** The queues with the newest figures: of those that the live stream tells of, its own. */
export function withStats(queues: readonly Queue[], told: Told | null | undefined): Queue[] {
  return queues.map(q => {
    const now = told?.[q.name]
    return now ? { ...q, ready: now.ready, unacknowledged: now.unacknowledged ?? q.unacknowledged, consumers: now.consumers } : q
  })
}

/** What a person should look at: nobody takes from a queue that has something. */
export const stuck = (q: Queue) => (q.ready ?? 0) > 0 && q.consumers === 0 && !q.paused
