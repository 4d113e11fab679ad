import { expect, test } from 'vitest'
import { grid, labels, moved } from './grid'

const row = (id: string, ...steps: string[]) => ({ run: { id }, steps: steps.map(s => ({ id: s, state: 'completed' })) }) as any

test('The newest run is the last column and gives the order of the rows', () => {
  const { columns, steps } = grid([row('new', 'b', 'a'), row('old', 'a', 'b')])
  expect(columns.map(c => c.run.id)).toEqual(['old', 'new'])
  expect(steps).toEqual(['b', 'a'])
})
test('A step that a newer version has no more stands where it was', () => {
  const { steps, columns } = grid([row('new', 'a', 'c'), row('old', 'a', 'b', 'c'), row('older', 'x', 'a')])
  expect(steps).toEqual(['x', 'a', 'b', 'c'])
  expect(columns[2]!.steps.has('b')).toBe(false)
})
test('A day is told once, and days do not overlap', () => {
  expect(labels(['1', '1', '2', '2', '3', '3', '3'], 2)).toEqual(['1', '', '2', '', '3', '', ''])
  expect(labels(['1', '2', '3', '4'], 2)).toEqual(['1', '', '3', ''])
})
test('Arrow keys stay within the grid', () => {
  expect(moved('ArrowLeft', { row: 0, column: 0 }, 2, 2)).toEqual({ row: 0, column: 0 })
  expect(moved('ArrowDown', { row: 0, column: 1 }, 2, 2)).toEqual({ row: 1, column: 1 })
  expect(moved('End', { row: 1, column: 0 }, 2, 3)).toEqual({ row: 1, column: 2 })
  expect(moved('x', { row: 0, column: 0 }, 2, 2)).toBeNull()
})
