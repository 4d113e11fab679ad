import { expect, test } from 'vitest'
import { gantt, ticks } from './gantt'

const at = (s: number) => new Date(s * 1000).toISOString()

test('Bars lie where their times are', () => {
  const { bars, from, to } = gantt([{ id: 'a', state: 'completed', started_at: at(0), finished_at: at(5) }, { id: 'b', state: 'running', started_at: at(5), finished_at: null }], 0, 10_000)
  expect(bars.map(b => [b.left, b.width])).toEqual([[0, 0.5], [0.5, 0.5]])
  expect([from, to]).toEqual([0, 10_000])
})
test('What has not begun has no bar', () => expect(gantt([{ id: 'a', state: 'waiting' }], 0, 1000).bars[0]).toMatchObject({ width: 0, from: null }))
test('A step of an earlier round than the run began is not cut off', () => {
  expect(gantt([{ id: 'a', state: 'completed', started_at: at(0), finished_at: at(1) }, { id: 'b', state: 'completed', started_at: at(9), finished_at: at(10) }], 8000, 99_000).from).toBe(0)
})
test.each([[1, 1], [40, 10], [5500, 1000], [61_000, 15_000], [7_300_000, 1_800_000], [40 * 86_400_000, 7 * 86_400_000]])('Ticks of %d ms are %d ms apart', (whole, step) => {
  const all = ticks(whole)
  expect(all[1]!.at - all[0]!.at).toBe(step)
  expect(all.length).toBeLessThanOrEqual(8)
})
