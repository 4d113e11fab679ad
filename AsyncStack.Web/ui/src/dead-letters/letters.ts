import type { Schema } from '../api/client'

export type Letter = Schema<'DeadLetterView'>

/** The body as it can be read: JSON as such, text as text, and of other bytes how many there are. */
export function readable(letter: Pick<Letter, 'body' | 'body_encoding'>): { value: unknown; note: string | null } {
  if (letter.body_encoding === 'base64') return { value: letter.body, note: `Bytes that are no text, ${Math.floor((letter.body.replace(/=+$/, '').length * 3) / 4)} of them, in base64.` }
  try {
    return { value: JSON.parse(letter.body), note: null }
  } catch {
    return { value: letter.body, note: null }
  }
}

export interface LetterFilter { queue?: string; reason?: string; text?: string; redriven?: 'true' | 'false' }

/** The filter of the list as a bulk command takes it; null when it is empty, which would mean all. */
export function bulkFilter(filter: LetterFilter): Schema<'DeadLetterFilterBody'> | null {
  const body = { ...(filter.queue && { queue: filter.queue }), ...(filter.reason && { reason: filter.reason }), ...(filter.text && { text: filter.text }), ...(filter.redriven && { redriven: filter.redriven === 'true' }) }
  return Object.keys(body).length === 0 ? null : body
}
