export interface JsonError { message: string; line: number; column: number }

/** Reads JSON; what is wrong is told with its place, whatever the browser's own message looks like. */
export function readJson(text: string): { value: unknown; error: null } | { value: undefined; error: JsonError } {
  try {
    return { value: JSON.parse(text), error: null }
  } catch (thrown) {
    const said = (thrown as Error).message
    const at = /position (\d+)/.exec(said)
    const place = /line (\d+) column (\d+)/.exec(said)
    const offset = at ? Number(at[1]) : text.length
    const before = text.slice(0, offset).split('\n')
    return {
      value: undefined,
      error: {
        message: said.replace(/^JSON\.parse: /, '').replace(/ (in JSON )?at (position|line) .*$/, '').replace(/, ".*" is not valid JSON$/s, ''),
        line: place ? Number(place[1]) : before.length,
        column: place ? Number(place[2]) : before.at(-1)!.length + 1,
      },
    }
  }
}
