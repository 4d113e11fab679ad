import { expect, test } from 'vitest'
import { LiveBuffer } from './ring'

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

test('A full buffer drops its oldest and says how many', () => {
  const buffer = new LiveBuffer<number>(100)
  expect(buffer.append(numbers(0, 100))).toBe(0)
  expect(buffer.append([100])).toBe(11)
  expect(buffer.items).toEqual(numbers(11, 101))
  expect(buffer.dropped).toBe(11)
})
test('A batch beyond the limit leaves the newest', () => {
  const buffer = new LiveBuffer<number>(10)
  buffer.append(numbers(0, 1000))
  expect(buffer.items).toEqual(numbers(991, 1000))
})
test('A buffer never holds more than its limit', () => {
  const buffer = new LiveBuffer<number>(1000)
  for (let i = 0; i < 20_000; i += 37) {
    buffer.append(numbers(i, i + 37))
    expect(buffer.items.length).toBeLessThanOrEqual(1000)
    expect(buffer.items.at(-1)).toBe(i + 36)
    expect(buffer.items[0]).toBe(buffer.dropped)
  }
})
test('Older items fit only up to the limit, the newest of them first', () => {
  const buffer = new LiveBuffer<number>(10)
  buffer.append(numbers(100, 106))
  expect(buffer.prepend(numbers(90, 100))).toBe(4)
  expect(buffer.items).toEqual(numbers(96, 106))
})
