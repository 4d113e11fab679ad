const given = new Map<string, number>()
const size = 12

/** Gives names their colours in this order, so that neighbours differ; names met later follow. */
export function reserveColours(names: readonly string[]) {
  for (const name of names) if (!given.has(name)) given.set(name, given.size % size)
}

/** The custom property that holds a name's colour. */
export function colourToken(name: string): string {
  reserveColours([name])
  return `c${given.get(name)}`
}

export const colour = (name: string) => `var(--${colourToken(name)})`
