const digits = (value: number, most: number) => value.toLocaleString('en-US', { maximumFractionDigits: most })
const three = (value: number) => digits(value, value >= 100 ? 0 : value >= 10 ? 1 : 2)
const two = (value: number) => String(value).padStart(2, '0')

/** A duration in microseconds with three significant digits: 850 µs, 12.3 ms, 4.05 s, 2 m 5 s, 3 h 12 m, 2 d 4 h. */
export function duration(us: number): string {
  if (us < 0) return `-${duration(-us)}`
  if (us === 0) return '0 ms'
  if (us < 1) return `${Math.round(us * 1000)} ns`
  if (us < 999.5) return `${three(us)} µs`
  if (us < 999_500) return `${three(us / 1e3)} ms`
  if (us < 59_950_000) return `${three(us / 1e6)} s`
  const seconds = Math.round(us / 1e6)
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'm', seconds % 60, 's')
  if (seconds < 86_400) return pair(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'm')
  return pair(Math.floor(seconds / 86_400), 'd', Math.floor((seconds % 86_400) / 3600), 'h')
}

const pair = (a: number, unitA: string, b: number, unitB: string) => (b === 0 ? `${a} ${unitA}` : `${a} ${unitA} ${b} ${unitB}`)

/** Bytes in binary units: 512 B, 1.5 KiB, 230 MiB. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let unit = 0
  let left = Math.abs(value)
  while (left >= 1024 && unit < units.length - 1) {
    left /= 1024
    unit++
  }
  return `${value < 0 ? '-' : ''}${unit === 0 ? Math.round(left * 100) / 100 : three(left)} ${units[unit]}`
}

/** A number as short as it can be read: 0.0042, 12.5, 1,234, 12.3 k, 4.56 M. */
export function number(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size < 0.001) return value.toExponential(1)
  if (size < 1) return digits(value, 4)
  if (size < 1000) return `${value < 0 ? '-' : ''}${three(size)}`
  if (size < 10_000) return digits(value, 0)
  for (const [unit, scale] of [['k', 1e3], ['M', 1e6], ['G', 1e9]] as const) {
    if (size < 999_500 * (scale / 1e3)) return `${value < 0 ? '-' : ''}${three(size / scale)} ${unit}`
  }
  return `${value < 0 ? '-' : ''}${three(size / 1e12)} T`
}

export const count = (value: number) => digits(value, 0)
export const plural = (value: number, one: string, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`
export const percent = (share: number) => `${digits(share * 100, share < 0.1 ? 1 : 0)} %`

const seconds: Record<string, number> = { ns: 1e-3, us: 1, 'µs': 1, ms: 1e3, s: 1e6, min: 6e7, h: 3.6e9 }

/** A measured value in its UCUM unit; annotations such as {request} become words. */
export function quantity(value: number, unit: string, perSecond = false): string {
  const suffix = perSecond ? '/s' : ''
  if (seconds[unit] !== undefined) return duration(value * seconds[unit]) + suffix
  if (unit === 'By') return bytes(value) + suffix
  if (unit === '1' || unit === '') return number(value) + suffix
  if (unit === '%') return `${number(value)} %`
  return `${number(value)} ${unitName(unit)}${suffix}`
}

const words: Record<string, string> = { By: 'bytes', s: 'seconds', ms: 'milliseconds', us: 'microseconds', ns: 'nanoseconds', '%': 'percent' }

export function unitName(unit: string): string {
  if (words[unit]) return words[unit]
  if (unit === '1' || unit === '') return ''
  const annotation = /^\{(.+)\}$/.exec(unit)
  return annotation ? annotation[1]!.replaceAll('_', ' ') : unit
}

/** Wall clock time of a moment in microseconds since the epoch, in the browser's zone: 14:03:27.123. */
export function time(us: number, fraction = true): string {
  const date = new Date(Math.floor(us / 1000))
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return fraction ? `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}` : clock
}

/** The day before the time where it is not today: 2026-03-01 14:03:27.123. */
export function moment(us: number, now = Date.now()): string {
  const date = new Date(us / 1000)
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return new Date(now).toDateString() === date.toDateString() ? time(us) : `${day} ${time(us)}`
}

/** How long ago, coarse: now, 45 s, 12 m, 3 h, 2 d. */
export function ago(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} m`
  if (s < 86_400) return `${Math.floor(s / 3600)} h`
  return `${Math.floor(s / 86_400)} d`
}
