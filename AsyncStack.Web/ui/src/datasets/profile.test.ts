import { expect, test } from 'vitest'
import { bars, shown } from './profile'

test.each([[null, '–'], [0, '0'], [1234, '1,234'], [0.123456789, '0.12346'], [12_345_678, '12,345,678'], [12_345_678.9, '12,345,679'], [4e12, '4.00e+12'], [0.00001, '1.00e-5'], [-7099.5, '-7,099.5']] as const)('%s is shown as %s', (value, text) => expect(shown(value)).toBe(text))
test('The highest bar fills the box, an empty bin has none and a small one is seen', () => {
  const path = bars([1000, 0, 1])
  expect(path.match(/M/g)).toHaveLength(2)
  expect(path).toContain('v-100.00')
  expect(path).toContain('v-2.00')
})
