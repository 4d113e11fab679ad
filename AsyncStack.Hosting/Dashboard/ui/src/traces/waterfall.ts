import type { Log, Span } from '../app/types'

export interface Node {
  span: Span
  depth: number
  children: Node[]
  /** Spans below, all levels. */
  below: number
  /** Spans with errors below, all levels. */
  errorsBelow: number
  /** Its parent is not among the spans that are kept. */
  orphan: boolean
  logs: Log[]
}

/** Hangs spans on their parents, by start time; orphans and what would be a circle become roots. Works for any depth. */
export function buildTree(spans: readonly Span[], logs: readonly Log[] = []): Node[] {
  const nodes = new Map<string, Node>()
  for (const span of spans) if (!nodes.has(span.spanId)) nodes.set(span.spanId, { span, depth: 0, children: [], below: 0, errorsBelow: 0, orphan: false, logs: [] })
  for (const log of logs) if (log.spanId !== null) nodes.get(log.spanId)?.logs.push(log)

  const roots: Node[] = []
  for (const node of nodes.values()) {
    const parent = node.span.parentSpanId === null ? undefined : nodes.get(node.span.parentSpanId)
    if (parent && parent !== node) parent.children.push(node)
    else {
      node.orphan = node.span.parentSpanId !== null
      roots.push(node)
    }
  }
  const seen = new Set<Node>()
  settle(roots, seen)
  for (const node of nodes.values()) {
    if (seen.has(node)) continue
    node.orphan = true
    roots.push(node)
    settle([node], seen)
  }
  return roots.sort(byStart)
}

const byStart = (a: Node, b: Node) => a.span.start - b.span.start || b.span.duration - a.span.duration

/** Sets depths and sums of what hangs on these roots; a child that was seen before closes a circle and is let go. */
function settle(roots: Node[], seen: Set<Node>) {
  const order: Node[] = []
  const open = [...roots]
  for (const root of roots) seen.add(root)
  for (let node = open.pop(); node; node = open.pop()) {
    order.push(node)
    node.children = node.children.filter(child => !seen.has(child)).sort(byStart)
    for (const child of node.children) {
      seen.add(child)
      child.depth = node.depth + 1
      open.push(child)
    }
  }
  for (const node of order.reverse()) {
    for (const child of node.children) {
      node.below += child.below + 1
      node.errorsBelow += child.errorsBelow + (child.span.status === 'error' ? 1 : 0)
    }
  }
}

/** The rows that show, top to bottom: what hangs on a collapsed span is left out. */
export function visibleRows(roots: readonly Node[], collapsed: ReadonlySet<string>): Node[] {
  const rows: Node[] = []
  const open = [...roots].reverse()
  for (let node = open.pop(); node; node = open.pop()) {
    rows.push(node)
    if (collapsed.has(node.span.spanId)) continue
    for (let i = node.children.length - 1; i >= 0; i--) open.push(node.children[i]!)
  }
  return rows
}

/** The spans above one, outermost first; what must be unfolded to see it. */
export function pathTo(roots: readonly Node[], spanId: string): string[] {
  const parents = new Map<Node, Node | null>()
  const open: Node[] = [...roots]
  for (const root of roots) parents.set(root, null)
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.span.spanId === spanId) {
      const path: string[] = []
      for (let up = parents.get(node); up; up = parents.get(up)) path.unshift(up.span.spanId)
      return path
    }
    for (const child of node.children) {
      parents.set(child, node)
      open.push(child)
    }
  }
  return []
}

export interface Frame { start: number; end: number }

/** What of the trace's time is shown; times outside of the spans (logs) widen it. */
export function frameOf(spans: readonly Span[]): Frame {
  let start = Infinity
  let end = -Infinity
  for (const s of spans) {
    start = Math.min(start, s.start)
    end = Math.max(end, s.start + s.duration)
  }
  return spans.length === 0 ? { start: 0, end: 1 } : { start, end: Math.max(end, start + 1) }
}

/** A moment's place in a frame as a percentage, held within it. */
export function placeOf(at: number, { start, end }: Frame): number {
  return Math.max(0, Math.min(100, ((at - start) / (end - start)) * 100))
}

/** About `most` round steps of a duration: 1, 2 or 5 times a power of ten (microseconds). */
export function ticks(length: number, most: number): number[] {
  const raw = length / Math.max(1, most)
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map(n => n * power).find(n => n >= raw)!
  return Array.from({ length: Math.floor(length / step * (1 + 1e-9)) + 1 }, (_, i) => i * step)
}
