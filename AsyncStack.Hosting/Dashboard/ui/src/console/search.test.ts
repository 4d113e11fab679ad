import { expect, test } from 'vitest'
import { parseAnsi } from './ansi'
import { marked } from './search'

const marks = (line: string, query: string) => marked(parseAnsi(line), query).map(p => (p.mark ? `[${p.text}]` : p.text)).join('')

test('Matches are marked in any case', () => expect(marks('Cache and cache', 'CACHE')).toBe('[Cache] and [cache]'))
test('A match across colours is marked in each', () => expect(marks('\x1b[31mco\x1b[32mnnection', 'connect')).toBe('[co][nnect]ion'))
test('Nothing is marked without a query', () => expect(marks('a', '')).toBe('a'))
test('Marking keeps the text and its styles', () => {
  const runs = parseAnsi('\x1b[31merror\x1b[0m: error')
  const pieces = marked(runs, 'err')
  expect(pieces.map(p => p.text).join('')).toBe('error: error')
  expect(pieces.filter(p => p.mark).map(p => p.style)).toEqual([{ fg: 'var(--ansi1)' }, {}])
})
test('A query is no pattern', () => expect(marks('a.c abc', 'a.c')).toBe('[a.c] abc'))
