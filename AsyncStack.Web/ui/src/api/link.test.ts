import { expect, test } from 'vitest'
import { nextCursor } from './link'

test.each([
  ['</jobs?limit=100&cursor=AZDw>; rel="next"', 'AZDw'],
  ['</jobs?cursor=a%2Bb&status=failed>; rel="next"', 'a+b'],
  ['</jobs?cursor=x>; rel="prev"', null],
  ['', null],
])('%s leads to %s', (link, cursor) => expect(nextCursor(link)).toBe(cursor))
test('The last page has none', () => expect(nextCursor(null)).toBeNull())
