import type { Schema } from '../api/client'

type GridRow = Schema<'RunGridRow'>
type Step = Schema<'StepSummary'>

export interface GridColumn { run: GridRow['run']; steps: Map<string, Step> }
export interface Grid { columns: GridColumn[]; steps: string[] }

/** Runs as columns, the oldest first, and all their steps as rows: in the order of the newest run, those that only older versions have after the one before them. */
export function grid(rows: readonly GridRow[]): Grid {
  const steps: string[] = []
  for (const row of rows) {
    row.steps.forEach((step, i) => {
      if (steps.includes(step.id)) return
      const before = i === 0 ? -1 : steps.indexOf(row.steps[i - 1]!.id)
      steps.splice(before + 1, 0, step.id)
    })
  }
  return { columns: rows.map(r => ({ run: r.run, steps: new Map(r.steps.map(s => [s.id, s])) })).reverse(), steps }
}

/** Each text where it is not the same as the one before, if at least so many places lie between it and the last that is shown. */
export function labels(texts: readonly string[], apart: number): string[] {
  let last = -apart
  let said = ''
  return texts.map((text, i) => {
    if (text === said || i - last < apart) return ''
    last = i
    said = text
    return text
  })
}

/** Where an arrow key leads from a cell; null when it is none. */
export function moved(key: string, at: { row: number; column: number }, rows: number, columns: number): { row: number; column: number } | null {
  const within = (value: number, most: number) => Math.max(0, Math.min(most - 1, value))
  switch (key) {
    case 'ArrowUp': return { ...at, row: within(at.row - 1, rows) }
    case 'ArrowDown': return { ...at, row: within(at.row + 1, rows) }
    case 'ArrowLeft': return { ...at, column: within(at.column - 1, columns) }
    case 'ArrowRight': return { ...at, column: within(at.column + 1, columns) }
    case 'Home': return { ...at, column: 0 }
    case 'End': return { ...at, column: within(columns - 1, columns) }
    default: return null
  }
}
