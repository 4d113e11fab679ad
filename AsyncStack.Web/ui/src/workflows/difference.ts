export interface DifferenceLine { kind: 'same' | 'added' | 'removed'; text: string }

const mostCells = 4_000_000

/** Lines that turn the one text into the other, by their longest common subsequence; of very long texts without looking for what is common. */
export function difference(before: string, after: string): DifferenceLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const same = (lines: string[]) => lines.map(text => ({ kind: 'same' as const, text }))
  return [...same(a.slice(0, start)), ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)), ...same(a.slice(a.length - end))]
}

function middle(a: string[], b: string[]): DifferenceLine[] {
  if (a.length * b.length > mostCells) return [...a.map(text => ({ kind: 'removed' as const, text })), ...b.map(text => ({ kind: 'added' as const, text }))]
  const wide = b.length + 1
  const common = new Uint32Array((a.length + 1) * wide)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) common[i * wide + j] = a[i] === b[j] ? common[(i + 1) * wide + j + 1]! + 1 : Math.max(common[(i + 1) * wide + j]!, common[i * wide + j + 1]!)
  }
  const lines: DifferenceLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { lines.push({ kind: 'same', text: a[i]! }); i++; j++ }
    else if (j >= b.length || (i < a.length && common[(i + 1) * wide + j]! >= common[i * wide + j + 1]!)) lines.push({ kind: 'removed', text: a[i++]! })
    else lines.push({ kind: 'added', text: b[j++]! })
  }
  return lines
}

/** Of a difference what is near a change, with null where lines are left out. */
export function nearChanges(lines: readonly DifferenceLine[], around = 3): (DifferenceLine | null)[] {
  const shown = lines.map((_, i) => lines.slice(Math.max(0, i - around), i + around + 1).some(l => l.kind !== 'same'))
  return lines.flatMap((line, i) => (shown[i] ? [line] : i === 0 || shown[i - 1] ? [null] : []))
}
