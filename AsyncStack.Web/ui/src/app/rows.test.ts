import { expect, test } from 'vitest'
import { Rows } from './rows'

interface Row { id: number; state?: string }
const rows = (...ids: number[]) => ids.map(id => ({ id }))
const create = (limit = 100) => new Rows<Row>(r => r.id, limit)
const ids = (list: Rows<Row>) => list.items.map(r => r.id)

test('Pages follow each other and a row that is on two counts once', () => {
  const list = create()
  list.reset(rows(9, 8, 7))
  list.append(rows(7, 6, 5))
  expect(ids(list)).toEqual([9, 8, 7, 6, 5])
})
test('New rows at the head wait until they are let in', () => {
  const list = create()
  list.reset(rows(3, 2, 1))
  expect(list.takeHead(rows(5, 4, 3))).toBe(true)
  expect([ids(list), list.waiting]).toEqual([[3, 2, 1], 2])
  list.settle()
  expect([ids(list), list.waiting]).toEqual([[5, 4, 3, 2, 1], 0])
})
test('A known row changes in place', () => {
  const list = create()
  list.reset(rows(2, 1))
  list.takeHead([{ id: 2, state: 'completed' }, { id: 1 }])
  expect(list.items[0]).toEqual({ id: 2, state: 'completed' })
  expect(list.waiting).toBe(0)
})
test('A head that knows no row says that rows are missing between', () => {
  const list = create()
  list.reset(rows(2, 1))
  expect(list.takeHead(rows(9, 8))).toBe(false)
})
test('What waits does not double when the head is read again', () => {
  const list = create()
  list.reset(rows(1))
  list.takeHead(rows(2, 1))
  list.takeHead(rows(3, 2, 1))
  list.settle()
  expect(ids(list)).toEqual([3, 2, 1])
})
test('Removed rows are gone and the others stay findable', () => {
  const list = create()
  list.reset(rows(4, 3, 2, 1))
  list.remove(new Set([3, 1]))
  list.update([{ id: 2, state: 'new' }])
  expect(list.items).toEqual([{ id: 4 }, { id: 2, state: 'new' }])
})
test('No more rows are kept than the limit', () => {
  const list = create(3)
  list.reset(rows(4, 3))
  list.append(rows(2, 1))
  expect(ids(list)).toEqual([4, 3, 2])
})
