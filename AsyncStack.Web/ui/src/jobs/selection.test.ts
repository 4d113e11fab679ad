import { expect, test } from 'vitest'
import { useSelection } from './selection'

const items = ['a', 'b', 'c', 'd']
const create = () => useSelection<string>(i => i)

test('A second time takes a row out again', () => {
  const { keys, toggle } = create()
  toggle('b', items)
  toggle('c', items)
  toggle('b', items)
  expect([...keys.value]).toEqual(['c'])
})
test('A range goes from the row touched last, either way', () => {
  const { keys, toggle } = create()
  toggle('d', items)
  toggle('b', items, true)
  expect([...keys.value].sort()).toEqual(['b', 'c', 'd'])
})
test('A range whose first row is gone is the row alone', () => {
  const { keys, toggle } = create()
  toggle('a', items)
  toggle('c', items.slice(1), true)
  expect([...keys.value].sort()).toEqual(['a', 'c'])
})
