import { expect, test } from 'vitest'
import { Latencies } from './latency'

const job = (id: string, ms: number, job_status: 'completed' | 'failed' = 'completed') => ({ id, job_status, created_at: '2030-01-01T00:00:00.000Z', finished_at: new Date(Date.UTC(2030, 0, 1) + ms).toISOString() })

test('Only completed jobs count, each once', () => {
  const all = new Latencies()
  all.take([job('a', 20), job('b', 5), job('c', 1, 'failed')])
  all.take([job('a', 20)])
  expect(all.sorted()).toEqual([5_000, 20_000])
})
test('The oldest go when there are too many', () => {
  const all = new Latencies(2)
  all.take([job('a', 1), job('b', 2), job('c', 3)])
  expect(all.sorted()).toEqual([2_000, 3_000])
})
