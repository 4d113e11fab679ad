import { expect, test } from 'vitest'
import { difference, nearChanges } from './difference'

const said = (before: string, after: string) => difference(before, after).map(l => ({ same: ' ', added: '+', removed: '-' })[l.kind] + l.text)

test('Lines that were added, removed and changed are told in their order', () => {
  expect(said('a\nb\nc\nd', 'a\nc\nx\nd\ne')).toEqual([' a', '-b', ' c', '+x', ' d', '+e'])
})
test('Equal texts have no difference', () => expect(said('a\nb', 'a\nb')).toEqual([' a', ' b']))
test('What was repeated keeps its place', () => expect(said('x\nx', 'x\nx\nx').filter(l => l[0] !== ' ')).toEqual(['+x']))
test('Lines far from a change are left out', () => {
  const lines = difference('1\n2\n3\n4\n5\n6\n7', '1\n2\n3\n4\n5\n6\n8')
  expect(nearChanges(lines, 1).map(l => l?.text ?? null)).toEqual([null, '6', '7', '8'])
})
