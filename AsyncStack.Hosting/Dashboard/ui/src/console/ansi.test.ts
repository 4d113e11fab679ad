import { describe, expect, test } from 'vitest'
import { css, parseAnsi, strip } from './ansi'

const esc = '\x1b['

test('Text without escapes is one plain run', () => expect(parseAnsi('plain <b>text</b>')).toEqual([{ text: 'plain <b>text</b>', style: {} }]))
test('An empty line has no runs', () => expect(parseAnsi('')).toEqual([]))
test('Colours hold until they are reset', () => expect(parseAnsi(`${esc}32minfo${esc}39m: ${esc}1;31mbad${esc}0m.`)).toEqual([
  { text: 'info', style: { fg: 'var(--ansi2)' } }, { text: ': ', style: { fg: undefined } }, { text: 'bad', style: { fg: 'var(--ansi1)', bold: true } }, { text: '.', style: {} },
]))
test('Bright, indexed and true colours are read', () => {
  const styles = parseAnsi(`${esc}91ma${esc}0;38;5;9mb${esc}0;38;5;208mc${esc}0;38;5;244md${esc}0;38;2;1;2;3me${esc}0;48;5;4mf${esc}0;107mg`).map(r => r.style)
  expect(styles).toEqual([{ fg: 'var(--ansi9)' }, { fg: 'var(--ansi9)' }, { fg: 'rgb(255 135 0)' }, { fg: 'rgb(128 128 128)' }, { fg: 'rgb(1 2 3)' }, { bg: 'var(--ansi4)' }, { bg: 'var(--ansi15)' }])
})
test('Codes after an extended colour still count', () => expect(parseAnsi(`${esc}38;5;1;4mx`)[0]!.style).toEqual({ fg: 'var(--ansi1)', underline: true }))
test('An empty code resets', () => expect(parseAnsi(`${esc}31ma${esc}mb`)[1]!.style).toEqual({}))

describe('What is no colour is left out', () => {
  test.each([
    ['cursor movement', `a${esc}2Kb${esc}1;1Hc`, 'abc'], ['a window title', 'a\x1b]0;title\x07b', 'ab'], ['a link', '\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'link'], ['a carriage return and a bell', 'a\r\x07b', 'ab'],
    ['a cut sequence', `a${esc}`, 'a'], ['a private mode', `${esc}?25lhidden${esc}?25h`, 'hidden'], ['a tab stays', 'a\tb', 'a\tb'],
  ])('%s', (_, line, text) => {
    expect(parseAnsi(line).map(r => r.text).join('')).toBe(text)
    expect(strip(line)).toBe(text)
  })
})

test('Colours that cannot be are ignored', () => expect(parseAnsi(`${esc}38;5;999ma${esc}38;2;1;2mb`).map(r => r.style)).toEqual([{}, {}]))
test('Styles become properties of values that are known', () => {
  expect(css({})).toBeUndefined()
  expect(css({ fg: 'var(--ansi1)', bold: true })).toEqual({ color: 'var(--ansi1)', 'font-weight': '700' })
  expect(css({ fg: 'var(--ansi2)', bg: 'var(--ansi0)' })).toEqual({ color: 'var(--ansi2)' })
  expect(css({ fg: 'var(--ansi0)', bg: 'var(--ansi1)' })).toEqual({ background: 'color-mix(in srgb, var(--ansi1) 18%, transparent)' })
  expect(css({ inverse: true })).toEqual({ color: 'var(--surface)', background: 'var(--text)' })
})
test('A long line of escapes is read in linear time', () => {
  const line = `${esc}31mx`.repeat(50_000)
  const before = performance.now()
  expect(parseAnsi(line)).toHaveLength(50_000)
  expect(performance.now() - before).toBeLessThan(2_000)
})
