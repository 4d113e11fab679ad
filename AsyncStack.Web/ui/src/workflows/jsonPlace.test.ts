import { expect, test } from 'vitest'
import { lineOf } from './jsonPlace'

const text = JSON.stringify({ description: 'a "{[" text', steps: [{ id: 'a', params: { x: [1, 2] } }, { id: 'b', depends_on: ['a', 'z'] }], schedule: { cron: '* *' } }, null, 2)
const line = (part: string) => text.slice(0, text.indexOf(part)).split('\n').length

test.each([
  ['steps', '"steps"'], ['steps[0]', '{\n      "id": "a"'], ['steps[1].id', '"id": "b"'], ['steps[1].depends_on', '"depends_on"'],
  ['steps[1].depends_on[1]', '"z"'], ['schedule.cron', '"cron"'], ['steps[0].params.x[1]', '2\n'],
])('%s is found', (path, part) => expect(lineOf(text, path)).toBe(line(part)))
test('What is not there is told by what is above it', () => {
  expect(lineOf(text, 'steps[1].job_type')).toBe(line('{\n      "id": "b"'))
  expect(lineOf(text, 'nothing')).toBe(1)
  expect(lineOf(text, '$')).toBe(1)
})
test.each(['', '{', '{"steps": [', '{"steps": [,]}', '[[[', '{"a" 1}', ']', '{"steps": [}'])('Text that is no JSON, %s, ends', broken => expect(lineOf(broken, 'steps[0].id')).toBeGreaterThan(0))
