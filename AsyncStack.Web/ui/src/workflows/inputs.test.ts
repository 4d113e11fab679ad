import { expect, test } from 'vitest'
import { fieldsOf, readInputs, typed } from './inputs'

const fields = fieldsOf({
  input: {
    name: { type: 'string', required: true }, count: { type: 'number', default: 3 }, on: { type: 'boolean' }, list: { type: 'array' }, more: { type: 'object' }, any: {},
  },
})!

test('Without declared fields any input will do', () => expect(fieldsOf({})).toBeNull())
test('Texts become values of their types, and empty ones are left out', () => {
  const { input, problems } = readInputs(fields, { name: '12', count: '4.5', on: 'true', list: '[1]', more: '{"a": null}', any: '' })
  expect(input).toEqual({ name: '12', count: 4.5, on: true, list: [1], more: { a: null } })
  expect(problems).toEqual({})
})
test('What is of another type is told by its field', () => {
  const { problems } = readInputs(fields, { name: 'a', count: '"4"', on: 'yes', list: '{}', more: '[]' })
  expect(problems).toEqual({
    count: 'count must be a number, such as 12.5.', on: 'on must be a boolean, such as true.',
    list: 'list must be an array, such as [1, 2].', more: 'more must be an object, such as {"a": 1}.',
  })
})
test('A required field must be there', () => expect(readInputs(fields, { name: ' ' }).problems).toEqual({ name: 'name is required.' }))
test('A field of any type takes JSON, or else text', () => {
  expect(readInputs(fields, { name: 'a', any: '[1]' }).input.any).toEqual([1])
  expect(readInputs(fields, { name: 'a', any: 'plain' }).input.any).toBe('plain')
})
test('A default stands in its field', () => expect(typed(fields[1]!)).toBe('3'))
