/** The name of a dataset and its format, by the name of its file. */
export function nameOf(file: string): { name: string; format: 'csv' | 'json' } {
  const bare = file.replace(/\.gz$/i, '')
  const format = /\.(json|ndjson|jsonl)$/i.test(bare) ? 'json' : 'csv'
  return { name: bare.replace(/\.(csv|tsv|txt|json|ndjson|jsonl)$/i, '').slice(0, 100) || 'dataset', format }
}

/** How fast, from the bytes that were sent at some moments of the last seconds. */
export class Speed {
  private points: [at: number, sent: number][] = []

  take(at: number, sent: number): number {
    this.points.push([at, sent])
    while (this.points.length > 2 && at - this.points[0]![0] > 4000) this.points.shift()
    const [first, firstSent] = this.points[0]!
    return at > first ? Math.max(0, (sent - firstSent) / ((at - first) / 1000)) : 0
  }
}
