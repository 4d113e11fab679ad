import { describe, expect, test } from 'vitest'
import { ago, bytes, duration, number, percent, plural, quantity, unitName } from './format'

describe('durations', () => {
  test.each([
    [0, '0 ms'], [0.25, '250 ns'], [1, '1 µs'], [999.4, '999 µs'], [999.6, '1 ms'], [12_345, '12.3 ms'], [999_499, '999 ms'], [999_500, '1 s'],
    [4_050_000, '4.05 s'], [59_949_999, '59.9 s'], [59_950_000, '1 m'], [125_000_000, '2 m 5 s'], [3_600_000_000, '1 h'], [11_520_000_000, '3 h 12 m'], [187_200_000_000, '2 d 4 h'], [-1500, '-1.5 ms'],
  ])('%d µs is %s', (us, text) => expect(duration(us)).toBe(text))
})

describe('numbers', () => {
  test.each([[0, '0'], [0.0004, '4.0e-4'], [0.0042, '0.0042'], [12.5, '12.5'], [1234, '1,234'], [12_345, '12.3 k'], [4_560_000, '4.56 M'], [999_600, '1 M'], [7e9, '7 G'], [2e12, '2 T'], [-12_345, '-12.3 k']])('%d is %s', (n, text) => expect(number(n)).toBe(text))
  test.each([[0, '0 B'], [512, '512 B'], [1536, '1.5 KiB'], [241_172_480, '230 MiB'], [-2048, '-2 KiB']])('%d bytes are %s', (n, text) => expect(bytes(n)).toBe(text))
  test('words agree with their numbers', () => expect([plural(1, 'span'), plural(2, 'span'), plural(0, 'match', 'matches')]).toEqual(['1 span', '2 spans', '0 matches']))
  test('small shares keep a decimal', () => expect([percent(0.012), percent(0.5)]).toEqual(['1.2 %', '50 %']))
})

describe('quantities', () => {
  test.each([[0.25, 's', false, '250 ms'], [3, 'ms', false, '3 ms'], [2048, 'By', true, '2 KiB/s'], [5, '{job}', true, '5 job/s'], [0.5, '1', false, '0.5'], [12, '{open_connection}', false, '12 open connection']] as const)('%d %s', (value, unit, perSecond, text) => expect(quantity(value, unit, perSecond)).toBe(text))
  test('units have words', () => expect([unitName('s'), unitName('By'), unitName('{request}'), unitName('1')]).toEqual(['seconds', 'bytes', 'request', '']))
})

test.each([[0, '0 s'], [59_000, '59 s'], [61_000, '1 m'], [7_200_000, '2 h'], [180_000_000, '2 d'], [-5, '0 s']])('%d ms ago is %s', (ms, text) => expect(ago(ms)).toBe(text))
