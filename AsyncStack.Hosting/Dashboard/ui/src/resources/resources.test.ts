import { expect, test } from 'vitest'
import { graph } from '../../dev/generate'
import { edgesOf, nodeSize, place } from './layout'
import { look } from './state'

const of = (state: string, more = {}) => look({ state, health: null, display: state, exitCode: null, ...more })

test.each([
  ['Running', {}, 'ok'], ['Running', { health: 'Healthy' }, 'ok'], ['Running', { health: 'Degraded' }, 'warn'], ['Running', { health: 'Unhealthy' }, 'error'], ['Starting', {}, 'info'], ['Waiting', {}, 'info'],
  ['FailedToStart', {}, 'error'], ['Exited', { exitCode: 1 }, 'error'], ['Exited', { exitCode: 0 }, 'idle'], ['Exited', { exitCode: 143 }, 'idle'], ['Finished', { exitCode: 0 }, 'idle'], ['NotStarted', {}, 'idle'],
])('%s %o looks %s', (state, more, tone) => expect(of(state, more).tone).toBe(tone))
test('A pair that both references and waits has one edge', () => {
  const edges = edgesOf(graph)
  expect(new Set(edges.map(e => `${e.from}>${e.to}`)).size).toBe(edges.length)
  expect(edges.find(e => e.from === 'api' && e.to === 'cache')).toMatchObject({ reference: true, waits: true })
  expect(edges.find(e => e.from === 'gateway' && e.to === 'worker')).toMatchObject({ reference: false, waits: true })
})
test('No two resources of the graph overlap, and users stand left of what they use', () => {
  const edges = edgesOf(graph)
  const at = place(graph.map(r => r.name), edges)
  const all = [...at.values()]
  for (const [i, a] of all.entries()) for (const b of all.slice(i + 1)) expect(Math.abs(a.x - b.x) >= nodeSize.width || Math.abs(a.y - b.y) >= nodeSize.height).toBe(true)
  for (const { from, to } of edges) expect(at.get(from)!.x).toBeLessThan(at.get(to)!.x)
})
test('A reference to what is filtered out has no edge', () => expect(edgesOf(graph.filter(r => r.name !== 'cache')).some(e => e.to === 'cache')).toBe(false))
