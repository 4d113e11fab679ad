import { graphlib, layout } from '@dagrejs/dagre'
import type { Resource } from '../app/types'

export const nodeSize = { width: 176, height: 56 }
export interface Edge { from: string; to: string; waits: boolean; reference: boolean }

/** One edge for each pair, which may be a reference, a wait or both; children hang on their parent. */
export function edgesOf(resources: Resource[]): Edge[] {
  const names = new Set(resources.map(r => r.name))
  const edges = new Map<string, Edge>()
  const add = (from: string, to: string, kind: 'waits' | 'reference') => {
    if (!names.has(from) || !names.has(to) || from === to) return
    const key = `${from}>${to}`
    const edge = edges.get(key) ?? { from, to, waits: false, reference: false }
    edge[kind] = true
    edges.set(key, edge)
  }
  for (const r of resources) {
    for (const to of r.references) add(r.name, to, 'reference')
    for (const to of r.waitsFor) add(r.name, to, 'waits')
    if (r.parent) add(r.name, r.parent, 'reference')
  }
  return [...edges.values()]
}

/** Places from left (what uses) to right (what is used). */
export function place(names: string[], edges: Edge[], direction: 'LR' | 'TB' = 'LR'): Map<string, { x: number; y: number }> {
  const graph = new graphlib.Graph()
  graph.setGraph({ rankdir: direction, nodesep: 20, ranksep: 48, marginx: 16, marginy: 16 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const name of names) graph.setNode(name, { ...nodeSize })
  for (const { from, to } of edges) graph.setEdge(from, to)
  layout(graph)
  return new Map(names.map(name => {
    const { x, y } = graph.node(name) as { x: number; y: number }
    return [name, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }]
  }))
}
