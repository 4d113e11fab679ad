import { expect, test } from 'vitest'
import type { Instrument } from '../app/types'
import { linesOf, nameOf, ranges, stepOf, summarise, topExemplars, treeOf, viewsOf } from './views'

test.each([['sum', true, ['rate', 'value']], ['sum', false, ['value']], ['gauge', false, ['value']], ['histogram', false, ['percentiles', 'rate', 'count']]] as const)('A %s (monotonic: %s) offers %o', (type, monotonic, views) => expect(viewsOf({ type, monotonic })).toEqual(views))
test('No range has more than 180 points', () => { for (const [, , seconds] of ranges) expect(seconds / stepOf(seconds)).toBeLessThanOrEqual(180) })
test('A single histogram shows all its percentiles, several show the chosen one', () => {
  const one = { labels: {}, values: [], percentiles: { 50: [1], 95: [2] }, counts: null }
  expect(linesOf([one], 'percentiles', '95').map(l => [l.name, l.values])).toEqual([['p50', [1]], ['p95', [2]]])
  expect(linesOf([{ ...one, labels: { route: '/a' } }], 'percentiles', '95').map(l => l.name)).toEqual(['/a p50', '/a p95'])
  expect(linesOf([{ ...one, labels: { route: '/a' } }, { ...one, labels: { route: '/b' } }], 'percentiles', '95').map(l => [l.name, l.values])).toEqual([['/a', [2]], ['/b', [2]]])
})
test('Series are named by their labels', () => expect([nameOf({}), nameOf({ a: 'x', b: '' })]).toEqual(['all', 'x, (none)']))
test('The highest exemplars come first, each once', () => {
  const of = (value: number) => ({ at: 0, value, traceId: `t${value}`, spanId: 's', labels: {} })
  expect(topExemplars([of(1), of(3), of(3), of(2)], 2).map(e => e.value)).toEqual([3, 2])
})
test('Gaps do not count in a summary', () => expect(summarise([1, null, 3, null])).toEqual({ last: 3, least: 1, mean: 2, most: 3 }))
test('A series of gaps has no summary', () => expect(summarise([null]).mean).toBeNull())
test('The tree is sorted and filtered by each level', () => {
  const of = (resource: string, meter: string, name: string) => ({ resource, meter, name, description: '' }) as Instrument
  const all = [of('b', 'm', 'z'), of('a', 'm', 'y'), of('a', 'l', 'x')]
  expect(treeOf(all, '').map(b => [b.resource, b.meters.map(m => [m.name, m.instruments.map(i => i.name)])])).toEqual([['a', [['l', ['x']], ['m', ['y']]]], ['b', [['m', ['z']]]]])
  expect(treeOf(all, 'Y').map(b => b.resource)).toEqual(['a'])
})
