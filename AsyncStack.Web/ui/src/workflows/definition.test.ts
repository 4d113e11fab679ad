import { expect, test } from 'vitest'
import { firstDefinition, stepsOf } from './definition'

test('What can be drawn of a definition is drawn, however wrong the rest', () => {
  expect(stepsOf({ steps: [{ id: 'a', job_type: 'echo' }, { id: 'a' }, {}, null, 7, { id: 'b', depends_on: ['a', 'a', 'gone', 3, 'b'] }] }))
    .toEqual([{ id: 'a', job_type: 'echo', depends_on: [], for_each: false }, { id: 'b', job_type: '', depends_on: ['a'], for_each: false }])
})
test.each([null, 1, 'text', [], {}, { steps: {} }])('%j has no steps', value => expect(stepsOf(value)).toEqual([]))
test('The definition to begin with has steps', () => expect(stepsOf(JSON.parse(firstDefinition)).map(s => s.id)).toEqual(['greet', 'tell']))
