import { expect, test } from 'vitest'
import { concerns, type Seen } from './attention'

const nothing: Seen = { workers: [], queues: [], letters: [], dead: [], failed: [], runs: [] }
const worker = (alive: boolean, host = 'a') => ({ alive, host, pid: 7, heartbeat_at: null }) as Seen['workers'][number]
const what = (seen: Partial<Seen>) => concerns({ ...nothing, ...seen }).map(c => c.what)

test('When all is well nothing needs anybody', () => expect(what({ workers: [worker(true)] })).toEqual([]))
test('That no worker is alive is told once, first, and as an error', () => {
  const told = concerns({ ...nothing, workers: [worker(false), worker(false, 'b')], queues: [{ name: 'jobs.low', paused: true } as Seen['queues'][number]] })
  expect(told.map(c => c.what)).toEqual(['No worker is alive', 'jobs.low is paused'])
  expect(told[0]!.tone).toBe('error')
})
test('A worker that is gone beside others that live is a warning', () => expect(concerns({ ...nothing, workers: [worker(true), worker(false)] })[0]).toMatchObject({ what: 'A worker is gone', tone: 'warn' }))
test('One dead letter is one, and more than are read are more', () => {
  const letter = { reason: 'no JSON', dead_at: '2030-01-01T00:00:00Z' } as Seen['letters'][number]
  expect(what({ letters: [letter] })).toEqual(['1 dead letter'])
  expect(what({ letters: Array(6).fill(letter) })).toEqual(['More than 5 dead letters'])
})
test('A failed job leads to its page with why', () =>
  expect(concerns({ ...nothing, failed: [{ id: 'x', job_type: 'metrics', error_message: 'no such column' } as Seen['failed'][number]] })[0]).toMatchObject({ to: '/jobs/x', text: 'no such column' }))
test('A run that failed is told once, not with its own job as well', () => {
  const failed = [{ id: 'r', job_type: 'workflow' }] as Seen['failed']
  const runs = [{ id: 'r', workflow: 'nightly' }] as Seen['runs']
  expect(what({ failed, runs })).toEqual(['Run failed: nightly'])
})
