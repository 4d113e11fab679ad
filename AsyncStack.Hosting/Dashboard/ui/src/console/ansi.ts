/** How a run of text looks: a colour is an index of the theme's 16, or red, green and blue. */
export interface Style { fg?: string; bg?: string; bold?: boolean; dim?: boolean; italic?: boolean; underline?: boolean; inverse?: boolean }
export interface Run { text: string; style: Style }

// ECMA-48: CSI sequences, OSC strings up to BEL or ST, other two-character escapes; and control characters but tab.
// eslint-disable-next-line no-control-regex
const escapes = /\x1b\[([0-9;:?<=>!]*)([ -/]*[@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -~]?|[\x00-\x08\x0a-\x1f\x7f]/g

/** The text alone, as searched and copied. */
export const strip = (text: string) => (/[\x00-\x1f\x7f]/.test(text) ? text.replace(escapes, '') : text)

/** Cuts a line into runs of one look each. What is not understood is left out; nothing of it becomes markup. */
export function parseAnsi(line: string): Run[] {
  if (!/[\x00-\x1f\x7f]/.test(line)) return line === '' ? [] : [{ text: line, style: {} }]
  const runs: Run[] = []
  let style: Style = {}
  let from = 0
  const push = (to: number) => { if (to > from) runs.push({ text: line.slice(from, to), style }) }
  for (const match of line.matchAll(escapes)) {
    push(match.index)
    from = match.index + match[0].length
    if (match[2] === 'm') style = apply(style, match[1]!)
  }
  push(line.length)
  return runs
}

function apply(before: Style, text: string): Style {
  const codes = text.split(/[;:]/).map(code => (code === '' ? 0 : Number(code)))
  let style = { ...before }
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!
    if (code === 0) style = {}
    else if (code === 1) style.bold = true
    else if (code === 2) style.dim = true
    else if (code === 3) style.italic = true
    else if (code === 4) style.underline = true
    else if (code === 7) style.inverse = true
    else if (code === 22) style.bold = style.dim = undefined
    else if (code === 23) style.italic = undefined
    else if (code === 24) style.underline = undefined
    else if (code === 27) style.inverse = undefined
    else if (code === 39) style.fg = undefined
    else if (code === 49) style.bg = undefined
    else if (code >= 30 && code <= 37) style.fg = named(code - 30)
    else if (code >= 40 && code <= 47) style.bg = named(code - 40)
    else if (code >= 90 && code <= 97) style.fg = named(code - 82)
    else if (code >= 100 && code <= 107) style.bg = named(code - 92)
    else if (code === 38 || code === 48) {
      const [colour, used] = extended(codes, i + 1)
      if (colour) style[code === 38 ? 'fg' : 'bg'] = colour
      i += used
    }
  }
  return style
}

const named = (index: number) => `var(--ansi${index})`

function extended(codes: number[], at: number): [string | undefined, number] {
  if (codes[at] === 5) return [indexed(codes[at + 1]), 2]
  if (codes[at] === 2) return [rgb(codes.slice(at + 1, at + 4)), 4]
  return [undefined, codes.length]
}

function indexed(index: number | undefined): string | undefined {
  if (index === undefined || !(index >= 0 && index <= 255)) return undefined
  if (index < 16) return named(index)
  if (index >= 232) return rgb(Array(3).fill(8 + (index - 232) * 10))
  const level = (n: number) => (n === 0 ? 0 : 55 + n * 40)
  const cube = index - 16
  return rgb([level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)])
}

const rgb = (parts: number[]) => (parts.length === 3 && parts.every(p => p >= 0 && p <= 255) ? `rgb(${parts.join(' ')})` : undefined)

/** The style as properties; free colours are drawn towards the text's so that they can be read in both themes. */
export function css({ fg, bg, bold, dim, italic, underline, inverse }: Style): Record<string, string> | undefined {
  const readable = (colour: string) => (colour.startsWith('rgb') ? `color-mix(in oklab, ${colour} 60%, var(--text))` : colour)
  const out: Record<string, string> = {}
  // Backgrounds are tints, and programs that set black mean the terminal's own; so black on a tint is the text's colour.
  const black = named(0)
  const fore = inverse ? 'var(--surface)' : bg && fg === black ? undefined : fg && readable(fg)
  const back = inverse ? (fg ? readable(fg) : 'var(--text)') : bg && bg !== black ? `color-mix(in srgb, ${bg} 18%, transparent)` : undefined
  if (fore) out.color = fore
  if (back) out.background = back
  if (bold) out['font-weight'] = '700'
  if (dim && !fg) out.color = 'var(--muted)'
  if (italic) out['font-style'] = 'italic'
  if (underline) out['text-decoration'] = 'underline'
  return Object.keys(out).length > 0 ? out : undefined
}
