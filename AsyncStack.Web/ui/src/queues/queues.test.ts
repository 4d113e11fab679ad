import { expect, test } from 'vitest'
import { pausable, stuck, withStats, type Queue } from './queues'

const queue = (more: Partial<Queue> = {}): Queue => ({ name: 'jobs.default', ready: 1, unacknowledged: 0, consumers: 2, rate_in: 1, rate_out: 1, paused: false, controlled_at: null, controlled_by: null, ...more })

test('Newer figures take the place of those that were read', () => {
  expect(withStats([queue()], { 'jobs.default': { ready: 9, unacknowledged: null, consumers: 0 } })[0]).toMatchObject({ ready: 9, unacknowledged: 0, consumers: 0, rate_in: 1 })
})
test('Without news the queues stay as they were read', () => expect(withStats([queue()], null)).toEqual([queue()]))
test('Only queues of jobs can be paused', () => expect(['jobs.high', 'jobs.low', 'task_queue', 'jobs.highest'].map(pausable)).toEqual([true, true, false, false]))
test('A queue that nobody takes from is stuck, unless somebody paused it', () => {
  expect([stuck(queue({ consumers: 0 })), stuck(queue({ consumers: 0, paused: true })), stuck(queue({ consumers: 0, ready: 0 })), stuck(queue({ consumers: null }))]).toEqual([true, false, false, false])
})
