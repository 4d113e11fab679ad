import { expect, test } from 'vitest'
import { readJson } from './json'

test('Good JSON gives its value', () => expect(readJson('{"a": [1]}')).toEqual({ value: { a: [1] }, error: null }))
test('What is wrong is told with its line and column', () => {
  const { error } = readJson('{\n  "a": 1,\n  b\n}')
  expect([error!.line, error!.column]).toEqual([3, 3])
})
test('An end that comes too early is at the end', () => {
  const { error } = readJson('{"a":\n1')
  expect(error!.line).toBe(2)
})
