import type { Run } from './ansi'

export interface Piece extends Run { mark: boolean }

/** Cuts runs at the matches of a text (any case). */
export function marked(runs: Run[], query: string): Piece[] {
  if (query === '') return runs.map(run => ({ ...run, mark: false }))
  const plain = runs.map(r => r.text).join('')
  const ranges = matchesIn(plain, query)
  if (ranges.length === 0) return runs.map(run => ({ ...run, mark: false }))
  const pieces: Piece[] = []
  let at = 0
  for (const { text, style } of runs) {
    const cuts = [0, text.length]
    for (const from of ranges) for (const edge of [from - at, from + query.length - at]) if (edge > 0 && edge < text.length) cuts.push(edge)
    cuts.sort((a, b) => a - b)
    for (let i = 1; i < cuts.length; i++) {
      const [from, to] = [cuts[i - 1]!, cuts[i]!]
      if (from === to) continue
      pieces.push({ text: text.slice(from, to), style, mark: ranges.some(r => r <= at + from && at + to <= r + query.length) })
    }
    at += text.length
  }
  return pieces
}

function matchesIn(plain: string, query: string): number[] {
  const text = plain.toLowerCase()
  const what = query.toLowerCase()
  if (text.length !== plain.length) return []
  const found: number[] = []
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + what.length)) found.push(at)
  return found
}
