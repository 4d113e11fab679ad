import { expect, test } from 'vitest'
import { matching, received, verdict, type Received } from './inbox'

const one = (sequence: number, more: Partial<Received> = {}): Received =>
  ({ sequence, webhook_id: `msg_${sequence}`, received_at: '', verified: true, reason: null, repeat: false, type: 'job.completed', correlation_id: `c${sequence}`, body: {}, ...more })

test('The newest is first, and what a resumed stream tells again counts once', () => {
  expect(received([one(2), one(1)], [one(2), one(3)], 10).map(w => w.sequence)).toEqual([3, 2, 1])
})
test('The oldest go when there are too many', () => expect(received([one(1)], [one(2), one(3)], 2).map(w => w.sequence)).toEqual([3, 2]))
test('A verdict is refused, repeat or verified', () => {
  expect([verdict(one(1, { verified: false })), verdict(one(1, { repeat: true })), verdict(one(1))]).toEqual(['refused', 'repeat', 'verified'])
})
test('Webhooks are found by text and verdict', () => {
  const all = [one(1), one(2, { verified: false, reason: 'No signature matches.' })]
  expect(matching(all, 'SIGNATURE', '').map(w => w.sequence)).toEqual([2])
  expect(matching(all, '', 'verified').map(w => w.sequence)).toEqual([1])
  expect(matching(all, 'c1', 'refused')).toEqual([])
  expect(matching(all, ' ', '')).toBe(all)
})
