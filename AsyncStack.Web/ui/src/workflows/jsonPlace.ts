/** The line, from 1, at which the value of a path such as `steps[2].depends_on` stands in a JSON text; that of the nearest value above when it is not there. */
export function lineOf(text: string, path: string): number {
  const wanted = [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(m => m[2] ?? Number(m[1]))
  let at = 0
  let found = 0
  const space = () => { while (/\s/.test(text[at] ?? '')) at++ }

  function string(): string {
    const start = at++
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    at++
    try { return JSON.parse(text.slice(start, at)) } catch { return '' }
  }
  // `depth` is how many parts of the path led here; less than zero off the path.
  function value(depth: number) {
    space()
    if (depth >= 0) found = at
    if (text[at] === '{') members(depth)
    else if (text[at] === '[') items(depth)
    else if (text[at] === '"') string()
    else while (at < text.length && !/[,\]}\s]/.test(text[at]!)) at++
  }
  const next = (depth: number, key: string | number) => (depth >= 0 && wanted[depth] === key ? depth + 1 : -1)

  function members(depth: number) {
    at++
    for (space(); at < text.length && text[at] !== '}'; space()) {
      if (text[at] !== '"') { at++; continue }
      const start = at
      const deeper = next(depth, string())
      space()
      if (text[at] === ':') at++
      if (deeper === wanted.length) found = start
      value(deeper === wanted.length ? -1 : deeper)
      space()
      if (text[at] === ',') at++
    }
    at++
  }
  function items(depth: number) {
    at++
    let index = 0
    for (space(); at < text.length && text[at] !== ']'; space()) {
      const before = at
      value(next(depth, index++))
      space()
      if (text[at] === ',') at++
      if (at === before) at++
    }
    at++
  }
  value(0)
  return text.slice(0, found).split('\n').length
}
