import { expect, test } from 'vitest'
import { attempts, merged, type JobEvent } from './history'

let id = 0
const event = (event: JobEvent['event'], attempt: number, detail: string | null = null): JobEvent => ({ id: id++, event, attempt, detail, at: `2030-01-01T00:00:${String(id).padStart(2, '0')}Z` })

test('A job that was not started has no attempts', () => expect(attempts([event('created', 0)])).toEqual([]))
test('Each attempt has its start, its end and why it ended', () => {
  const all = attempts([event('created', 0), event('started', 1), event('retrying', 1, 'timed out'), event('started', 2), event('finished', 2)])
  expect(all.map(a => [a.number, a.outcome, a.detail])).toEqual([[1, 'retrying', 'timed out'], [2, 'completed', null]])
  expect(all[1]!.startedAt! < all[1]!.endedAt!).toBe(true)
})
test('An attempt without an end is running', () => expect(attempts([event('started', 1)])[0]).toMatchObject({ outcome: 'running', endedAt: null }))
test('To run a failed job again does not change how its last attempt ended', () => {
  const all = attempts([event('started', 1), event('failed', 1, 'no such column'), event('retrying', 1, 'asked for by a caller')])
  expect(all).toHaveLength(1)
  expect(all[0]).toMatchObject({ outcome: 'failed', detail: 'no such column' })
})
test('An event that is told twice is there once, in order', () => {
  const [a, b] = [event('created', 0), event('started', 1)]
  expect(merged([a], [b, a])).toEqual([a, b])
})
