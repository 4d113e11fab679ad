/** A request that came to `/webhook`, as its stream tells of it. */
export interface Received {
  sequence: number
  webhook_id: string
  received_at: string
  verified: boolean
  reason: string | null
  repeat: boolean
  type: string | null
  correlation_id: string | null
  body: unknown
}
export type Verdict = 'verified' | 'repeat' | 'refused'

export const verdict = (w: Pick<Received, 'verified' | 'repeat'>): Verdict => (!w.verified ? 'refused' : w.repeat ? 'repeat' : 'verified')

/** The newest first, each once, at most so many. */
export function received(known: readonly Received[], more: readonly Received[], most: number): Received[] {
  const all = new Map([...known, ...more].map(w => [w.sequence, w]))
  return [...all.values()].sort((a, b) => b.sequence - a.sequence).slice(0, most)
}

/** Those of a verdict that hold a text in their type, ids or reason. */
export function matching(all: readonly Received[], text: string, wanted: string): readonly Received[] {
  const low = text.trim().toLowerCase()
  if (!low && !wanted) return all
  return all.filter(w => (!wanted || verdict(w) === wanted) && (!low || `${w.type} ${w.webhook_id} ${w.correlation_id} ${w.reason}`.toLowerCase().includes(low)))
}
