import type { Schema } from '../api/client'

export type JobEvent = Schema<'JobEventView'>
export interface Attempt {
  number: number
  startedAt: string | null
  endedAt: string | null
  outcome: 'running' | 'completed' | 'failed' | 'canceled' | 'retrying'
  detail: string | null
}

const outcomes: Record<string, Attempt['outcome']> = { finished: 'completed', failed: 'failed', canceled: 'canceled', retrying: 'retrying' }

/** The attempts that a job's history tells of, oldest first. A command of a caller to run it again ends no attempt. */
export function attempts(events: readonly JobEvent[]): Attempt[] {
  const byNumber = new Map<number, Attempt>()
  for (const event of events) {
    if (event.attempt === 0) continue
    let attempt = byNumber.get(event.attempt)
    if (!attempt) byNumber.set(event.attempt, (attempt = { number: event.attempt, startedAt: null, endedAt: null, outcome: 'running', detail: null }))
    if (event.event === 'started') attempt.startedAt = event.at
    const outcome = outcomes[event.event]
    if (!outcome || attempt.endedAt !== null) continue
    Object.assign(attempt, { endedAt: event.at, outcome, detail: event.detail })
  }
  return [...byNumber.values()].sort((a, b) => a.number - b.number)
}

/** Adds events that a stream tells, each once. */
export const merged = (known: readonly JobEvent[], news: readonly JobEvent[]) =>
  [...new Map([...known, ...news].map(e => [e.id, e])).values()].sort((a, b) => a.id - b.id)
