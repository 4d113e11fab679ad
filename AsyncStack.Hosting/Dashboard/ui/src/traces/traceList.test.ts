import { expect, test } from 'vitest'
import type { TraceSummary } from '../app/types'
import { TraceList } from './traceList'

const of = (seq: number, spans = 1) => ({ traceId: `t${seq}`, seq, start: seq, spans }) as TraceSummary
const ids = (list: TraceList) => list.items.map(t => t.seq)

test('New traces wait until they are let in, newest first', () => {
  const list = new TraceList(10)
  list.reset([of(2), of(1)])
  list.take([of(3), of(4)])
  expect([ids(list), list.waiting]).toEqual([[2, 1], 2])
  list.settle()
  expect([ids(list), list.waiting]).toEqual([[4, 3, 2, 1], 0])
})
test('A known trace changes in place at once', () => {
  const list = new TraceList(10)
  list.reset([of(2), of(1)])
  list.take([of(1, 9)])
  expect(list.items.map(t => t.spans)).toEqual([1, 9])
  expect(list.waiting).toBe(0)
})
test('A trace that changes while it waits is one', () => {
  const list = new TraceList(10)
  list.take([of(1), of(1, 5)])
  list.settle()
  expect(list.items).toEqual([of(1, 5)])
})
test('Beyond the limit the oldest go, and those that wait are bounded too', () => {
  const list = new TraceList(3)
  list.reset([of(1)])
  list.take([2, 3, 4, 5, 6].map(n => of(n)))
  expect(list.waiting).toBe(3)
  list.settle()
  expect(ids(list)).toEqual([6, 5, 4])
})
test('Older pages follow without repeats', () => {
  const list = new TraceList(10)
  list.reset([of(5), of(4)])
  list.append([of(4), of(3)])
  expect(ids(list)).toEqual([5, 4, 3])
})
