import { expect, test } from 'vitest'
import { eventParser, type ServerEvent } from './sse'

function read(...chunks: string[]) {
  const events: ServerEvent[] = []
  const parse = eventParser(e => events.push(e))
  chunks.forEach(parse)
  return events
}

test('An event has its name, data and id', () => expect(read('event: lines\nid: 7\ndata: {"a":1}\n\n')).toEqual([{ event: 'lines', data: '{"a":1}', id: '7' }]))
test('Several data lines are one text', () => expect(read('data: a\ndata: b\n\n')[0]!.data).toBe('a\nb'))
test('Comments and events without data are left out', () => expect(read(': keep-alive\n\nevent: x\n\n')).toEqual([]))
test('An id stays until the next', () => expect(read('id: 1\ndata: a\n\ndata: b\n\n').map(e => e.id)).toEqual(['1', '1']))
test('Line ends may be CR LF', () => expect(read('data: a\r\n\r\n')[0]!.data).toBe('a'))
test('The cuts between pieces do not matter', () => {
  const text = 'event: logs\nid: 12\ndata: {"logs":[]}\n\nevent: logs\ndata: {"logs":[1]}\n\n'
  const whole = read(text)
  for (let cut = 0; cut <= text.length; cut++) expect(read(text.slice(0, cut), text.slice(cut))).toEqual(whole)
})
test('An event that did not end is not told', () => expect(read('data: a\n')).toEqual([]))
