export interface ColumnProfile {
  name: string
  type: string
  count: number
  nulls: number
  distinct: number
  min?: number | null
  max?: number | null
  mean?: number | null
  std?: number | null
  quantiles?: Record<string, number | null> | null
  histogram?: { edges: number[]; counts: number[] } | null
  top?: { value: unknown; count: number }[]
}
export interface MetricsResult { metrics: { rows?: number; columns?: number; null_ratio?: number; duplicates?: number; profile?: ColumnProfile[] } }

/** A number of a column as short as it can be told. */
export function shown(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e12 || size < 1e-3)) return value.toExponential(2)
  return value.toLocaleString('en-US', Number.isInteger(value) || size >= 1e5 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 5 })
}

/** Bars of a histogram in a box of 100 × 100, as an SVG path. */
export function bars(counts: readonly number[]): string {
  const most = Math.max(1, ...counts)
  const width = 100 / counts.length
  return counts.map((n, i) => (n === 0 ? '' : `M${(i * width).toFixed(2)} 100v${(-Math.max(2, (n / most) * 100)).toFixed(2)}h${(width * 0.86).toFixed(2)}V100z`)).join('')
}
