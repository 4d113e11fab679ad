import { expect, test } from 'vitest'
import { line, pointOf, quantile, rate, success, type Point } from './figures'

const point = (at: number, processed: number | null, failed = 0): Point => ({ at, processed, failed, running: 0, backlog: 0 })

test('Backlog is what waits for workers, not what others wait for', () =>
  expect(pointOf({ queues: { 'jobs.high': { ready: 1 }, 'jobs.low': { ready: 2 }, 'dead-letters': { ready: 9 } }, worker: {} }, 0).backlog).toBe(3))
test('What could not be read is not zero', () => expect(pointOf({ queues: null, worker: { processed: null } }, 0)).toEqual({ at: 0, processed: null, failed: null, running: null, backlog: null }))
test('A rate is by the second', () => expect(rate(point(0, 100), point(2000, 150))).toBe(25))
test('Counters that began anew give no negative rate', () => expect(rate(point(0, 100), point(1000, 3))).toBe(0))
test('Without two known points there is no rate', () => {
  expect(rate(undefined, point(1, 1))).toBeNull()
  expect(rate(point(0, null), point(1, 1))).toBeNull()
})
test('Success is of what ended meanwhile', () => expect(success([point(0, 100, 50), point(1, 110, 51)])).toBeCloseTo(0.9))
test('Where nothing ended there is no success rate', () => expect(success([point(0, 5), point(1, 5)])).toBeNull())
test('Quantiles lie between the ranks', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5)
  expect(quantile([7], 0.99)).toBe(7)
  expect(quantile([], 0.5)).toBeNull()
})
test('A line has a gap where a value is not known', () => expect(line([0, null, 10], 10, 100, 50)).toBe('M0.0 50.0M100.0 0.0'))
