import { describe, expect, test } from 'vitest'
import { trace } from '../../dev/generate'
import type { Log, Span } from '../app/types'
import { buildTree, frameOf, pathTo, placeOf, ticks, visibleRows } from './waterfall'

const span = (spanId: string, parentSpanId: string | null, start = 0, duration = 10, status: Span['status'] = 'unset') => ({ spanId, parentSpanId, start, duration, status, resource: 'api', name: spanId }) as unknown as Span
const shape = (spans: Span[], collapsed: string[] = []) => visibleRows(buildTree(spans), new Set(collapsed)).map(n => `${'-'.repeat(n.depth)}${n.span.spanId}`)

describe('the tree', () => {
  test('Spans hang on their parents by start time', () => expect(shape([span('c', 'a', 5), span('b', 'a', 2), span('a', null, 1), span('d', 'b', 3)])).toEqual(['a', '-b', '--d', '-c']))
  test('Of spans that start together the longer comes first', () => expect(shape([span('a', null), span('b', 'a', 1, 2), span('c', 'a', 1, 5)])).toEqual(['a', '-c', '-b']))
  test('A span whose parent is not kept is a root and says so', () => {
    const roots = buildTree([span('a', null), span('b', 'gone', 4)])
    expect(roots.map(n => [n.span.spanId, n.orphan])).toEqual([['a', false], ['b', true]])
  })
  test('Spans in a circle show once each', () => expect(shape([span('a', null, 0), span('x', 'y', 1), span('y', 'x', 2), span('s', 's', 3)]).map(s => s.replaceAll('-', '')).sort()).toEqual(['a', 's', 'x', 'y']))
  test('A span that came twice shows once', () => expect(shape([span('a', null), span('a', null)])).toEqual(['a']))
  test('What hangs below a collapsed span is hidden and counted', () => {
    const spans = [span('a', null), span('b', 'a', 1, 10, 'error'), span('c', 'b', 2, 10, 'error'), span('d', 'a', 3)]
    expect(shape(spans, ['b'])).toEqual(['a', '-b', '-d'])
    const [a] = buildTree(spans)
    expect([a!.below, a!.errorsBelow]).toEqual([3, 2])
    expect([a!.children[0]!.below, a!.children[0]!.errorsBelow]).toEqual([1, 1])
  })
  test('Logs lie on their spans', () => {
    const log = (seq: number, spanId: string | null) => ({ seq, spanId }) as Log
    const [a] = buildTree([span('a', null), span('b', 'a')], [log(1, 'b'), log(2, 'gone'), log(3, null), log(4, 'b')])
    expect(a!.children[0]!.logs.map(l => l.seq)).toEqual([1, 4])
  })
  test('The path to a span names what is above it', () => expect(pathTo(buildTree([span('a', null), span('b', 'a'), span('c', 'b')]), 'c')).toEqual(['a', 'b']))
})

describe('size', () => {
  test('10,000 spans are laid out in well under a second, each once', () => {
    const { spans } = trace(7, 10_000, Date.now())
    const before = performance.now()
    const rows = visibleRows(buildTree(spans), new Set())
    expect(performance.now() - before).toBeLessThan(500)
    expect(new Set(rows.map(r => r.span.spanId)).size).toBe(10_000)
  })
  test('A chain of 50,000 does not overflow the stack', () => {
    const chain = Array.from({ length: 50_000 }, (_, i) => span(`s${i}`, i === 0 ? null : `s${i - 1}`, i))
    const roots = buildTree(chain)
    expect(roots[0]!.below).toBe(49_999)
    expect(visibleRows(roots, new Set()).at(-1)!.depth).toBe(49_999)
    expect(pathTo(roots, 's49999')).toHaveLength(49_999)
  })
})

describe('time', () => {
  test('The frame holds all spans', () => expect(frameOf([span('a', null, 5, 10), span('b', null, 2, 4), span('c', null, 9, 20)])).toEqual({ start: 2, end: 29 }))
  test('A frame is never empty', () => expect([frameOf([]), frameOf([span('a', null, 3, 0)])]).toEqual([{ start: 0, end: 1 }, { start: 3, end: 4 }]))
  test('Places are held within the frame', () => expect([-5, 0, 25, 100, 200].map(at => placeOf(at, { start: 0, end: 100 }))).toEqual([0, 0, 25, 100, 100]))
  test.each([[154_000, 4, [0, 50_000, 100_000, 150_000]], [10, 5, [0, 2, 4, 6, 8, 10]], [1, 2, [0, 0.5, 1]]])('Ticks of %d µs are round', (length, most, at) => expect(ticks(length, most).map(t => Math.round(t * 1e6) / 1e6)).toEqual(at))
})
