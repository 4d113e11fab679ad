import { expect, test } from 'vitest'
import { layout, type LayoutNode } from './layout'

const size = { width: 100, height: 40, along: 50, across: 10, down: false }
const node = (id: string, ...depends_on: string[]): LayoutNode => ({ id, depends_on })
const at = (nodes: LayoutNode[], down = false) => new Map(layout(nodes, { ...size, down }).nodes.map(n => [n.id, n]))

test('A step stands after everything that it depends on', () => {
  const placed = at([node('d', 'b', 'c'), node('a'), node('b', 'a'), node('c', 'b')])
  expect(['a', 'b', 'c', 'd'].map(id => placed.get(id)!.layer)).toEqual([0, 1, 2, 3])
  expect(placed.get('b')!.x).toBe(150)
})
test('Steps of one layer do not overlap', () => {
  const many = Array.from({ length: 20 }, (_, i) => node(`s${i}`, 'a'))
  const ys = layout([node('a'), ...many, node('z', ...many.map(m => m.id))], size).nodes.filter(n => n.layer === 1).map(n => n.y).sort((a, b) => a - b)
  for (let i = 1; i < ys.length; i++) expect(ys[i]! - ys[i - 1]!).toBeGreaterThanOrEqual(49.9)
})
test('Nothing lies outside of the size that is told', () => {
  const { nodes, width, height } = layout([node('a'), node('b', 'a'), node('c', 'a'), node('d', 'a', 'c')], size)
  for (const n of nodes) {
    expect(n.x).toBeGreaterThanOrEqual(0)
    expect(n.y).toBeGreaterThanOrEqual(0)
    expect(n.x + 100).toBeLessThanOrEqual(width)
    expect(n.y + 40).toBeLessThanOrEqual(height)
  }
})
test('A long edge goes around what lies between', () => {
  const { lines, nodes } = layout([node('a'), node('b', 'a'), node('c', 'b', 'a')], size)
  const long = lines.find(l => l.from === 'a' && l.to === 'c')!
  const [, y] = /L[\d.]+ ([\d.]+)/.exec(long.path)!
  const b = nodes.find(n => n.id === 'b')!
  expect(Number(y) < b.y || Number(y) > b.y + 40).toBe(true)
})
test('A circle is drawn without its closing edge', () => {
  const { nodes, lines } = layout([node('a', 'c'), node('b', 'a'), node('c', 'b'), node('self', 'self')], size)
  expect(nodes).toHaveLength(4)
  expect(lines).toHaveLength(2)
})
test('What is not there is no dependency', () => expect(at([node('a', 'gone')]).get('a')!.layer).toBe(0))
test('Downwards layers follow each other from top to bottom', () => {
  const placed = at([node('a'), node('b', 'a')], true)
  expect(placed.get('b')!.y - placed.get('a')!.y).toBe(90)
})
test('No steps make an empty picture', () => expect(layout([], size)).toEqual({ nodes: [], lines: [], width: 100, height: 40 }))
test('Two rows that depend on each other crosswise are put in an order without crossings', () => {
  const placed = at([node('a'), node('b'), node('x', 'b'), node('y', 'a')])
  expect(placed.get('a')!.y < placed.get('b')!.y).toBe(placed.get('y')!.y < placed.get('x')!.y)
})
test('A thousand steps are laid out in a moment', () => {
  const nodes = Array.from({ length: 1000 }, (_, i) => node(`s${i}`, ...[i - 1, i - 7, i - 40].filter(d => d >= 0 && i % 5 !== 0).map(d => `s${d}`)))
  const began = performance.now()
  expect(layout(nodes, size).nodes).toHaveLength(1000)
  expect(performance.now() - began).toBeLessThan(3000)
})
