/** Places of a graph's nodes in layers, each after all that it depends on. Sizes in pixels; the flow goes to the right, or down. */
export interface LayoutNode { id: string; depends_on: readonly string[] }
export interface Size { width: number; height: number; along: number; across: number; down: boolean }
export interface Placed { id: string; x: number; y: number; layer: number }
export interface Line { from: string; to: string; path: string }
export interface Layout { nodes: Placed[]; lines: Line[]; width: number; height: number }

interface Spot { id: string | null; layer: number; order: number; at: number; before: Spot[]; after: Spot[] }

const mostBends = 4000

/** Lays out as Sugiyama's method does: layers by the longest way, bends on long edges, fewer crossings by barycentres, places by least squares. */
export function layout(nodes: readonly LayoutNode[], size: Size): Layout {
  const layers = layersOf(nodes)
  const spots = new Map(nodes.map(n => [n.id, { id: n.id, layer: layers.get(n.id)!, order: 0, at: 0, before: [], after: [] } as Spot]))
  const edges = nodes.flatMap(n => n.depends_on.filter(d => spots.has(d) && layers.get(d)! < layers.get(n.id)!).map(d => [spots.get(d)!, spots.get(n.id)!] as const))
  const rows: Spot[][] = Array.from({ length: Math.max(0, ...layers.values()) + 1 }, () => [])
  for (const spot of spots.values()) rows[spot.layer]!.push(spot)

  const bends = edges.reduce((sum, [a, b]) => sum + b.layer - a.layer - 1, 0) <= mostBends
  const ways = edges.map(([from, to]) => {
    const way = [from]
    for (let layer = from.layer + 1; bends && layer < to.layer; layer++) {
      const bend: Spot = { id: null, layer, order: 0, at: 0, before: [], after: [] }
      rows[layer]!.push(bend)
      way.push(bend)
    }
    way.push(to)
    for (let i = 1; i < way.length; i++) {
      way[i - 1]!.after.push(way[i]!)
      way[i]!.before.push(way[i - 1]!)
    }
    return way
  })

  order(rows)
  const thick = size.down ? size.width : size.height
  place(rows, spot => (spot.id === null ? 14 : thick) + size.across)
  return draw(rows, ways, size)
}

/** The longest way to each node; an edge that would close a circle counts for nothing. */
function layersOf(nodes: readonly LayoutNode[]): Map<string, number> {
  const byId = new Map(nodes.map(n => [n.id, n]))
  const layers = new Map<string, number>()
  const open = new Set<string>()
  for (const start of nodes) {
    const stack = [start.id]
    while (stack.length > 0) {
      const id = stack.at(-1)!
      if (layers.has(id)) { stack.pop(); continue }
      open.add(id)
      const before = byId.get(id)!.depends_on.filter(d => byId.has(d))
      const next = before.find(d => !layers.has(d) && !open.has(d))
      if (next !== undefined) { stack.push(next); continue }
      layers.set(id, Math.max(-1, ...before.map(d => layers.get(d) ?? -1)) + 1)
      open.delete(id)
      stack.pop()
    }
  }
  return layers
}

function order(rows: Spot[][]) {
  const number = (row: Spot[]) => row.forEach((spot, i) => { spot.order = i })
  const centre = (spot: Spot, of: Spot[]) => (of.length === 0 ? spot.order : of.reduce((sum, o) => sum + o.order, 0) / of.length)
  rows.forEach(number)
  for (let sweep = 0; sweep < 8; sweep++) {
    const down = sweep % 2 === 0
    for (const row of down ? rows.slice(1) : rows.slice(0, -1).reverse()) {
      const key = new Map(row.map(spot => [spot, centre(spot, down ? spot.before : spot.after)]))
      row.sort((a, b) => key.get(a)! - key.get(b)!)
      number(row)
    }
  }
}

function place(rows: Spot[][], room: (spot: Spot) => number) {
  for (const row of rows) {
    let at = 0
    for (const spot of row) {
      spot.at = at + room(spot) / 2
      at += room(spot)
    }
    for (const spot of row) spot.at -= at / 2
  }
  for (let sweep = 0; sweep < 8; sweep++) {
    for (const row of sweep % 2 === 0 ? rows : rows.toReversed()) {
      const wanted = row.map(spot => {
        const near = [...spot.before, ...spot.after]
        return near.length === 0 ? spot.at : near.reduce((sum, n) => sum + n.at, 0) / near.length
      })
      settle(row, wanted, room)
    }
  }
  const least = Math.min(0, ...rows.flat().map(s => s.at - room(s) / 2))
  for (const spot of rows.flat()) spot.at -= least
}

/** The places nearest to the wanted ones that keep the order and the room: isotonic regression by pooling neighbours that clash. */
function settle(row: Spot[], wanted: number[], room: (spot: Spot) => number) {
  const offsets: number[] = []
  let offset = 0
  row.forEach((spot, i) => {
    if (i > 0) offset += (room(row[i - 1]!) + room(spot)) / 2
    offsets.push(offset)
  })
  const pools: { sum: number; count: number }[] = []
  wanted.forEach((value, i) => {
    pools.push({ sum: value - offsets[i]!, count: 1 })
    while (pools.length > 1 && pools.at(-2)!.sum / pools.at(-2)!.count > pools.at(-1)!.sum / pools.at(-1)!.count) {
      const last = pools.pop()!
      pools.at(-1)!.sum += last.sum
      pools.at(-1)!.count += last.count
    }
  })
  let i = 0
  for (const pool of pools) for (let n = 0; n < pool.count; n++, i++) row[i]!.at = pool.sum / pool.count + offsets[i]!
}

function draw(rows: Spot[][], ways: Spot[][], size: Size): Layout {
  const { width, height, along, down } = size
  const [long, thick] = down ? [height, width] : [width, height]
  const start = (spot: Spot) => spot.layer * (long + along)
  const nodes = rows.flat().filter(s => s.id !== null).map(s => {
    const [a, b] = [start(s), s.at - thick / 2]
    return { id: s.id!, layer: s.layer, x: down ? b : a, y: down ? a : b }
  })
  const point = (a: number, b: number) => (down ? `${round(b)} ${round(a)}` : `${round(a)} ${round(b)}`)
  const lines = ways.map(way => {
    let path = `M${point(start(way[0]!) + long, way[0]!.at)}`
    for (let i = 1; i < way.length; i++) {
      const [from, to] = [way[i - 1]!, way[i]!]
      const [a, b] = [start(from) + long, start(to)]
      const middle = (a + b) / 2
      path += `C${point(middle, from.at)} ${point(middle, to.at)} ${point(b, to.at)}`
      if (to.id === null) path += `L${point(b + long, to.at)}`
    }
    return { from: way[0]!.id!, to: way.at(-1)!.id!, path }
  })
  // Edges that go around count too.
  const across = rows.flat().reduce((most, s) => Math.max(most, s.at + (s.id === null ? 2 : thick / 2)), thick)
  const length = Math.max(1, rows.length) * (long + along) - along
  return down ? { nodes, lines, width: across, height: length } : { nodes, lines, width: length, height: across }
}

const round = (value: number) => Math.round(value * 10) / 10
