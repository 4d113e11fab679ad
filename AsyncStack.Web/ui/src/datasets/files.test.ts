import { expect, test } from 'vitest'
import { nameOf, Speed } from './files'

test.each([
  ['housing.csv', 'housing', 'csv'], ['housing.csv.gz', 'housing', 'csv'], ['rows.ndjson', 'rows', 'json'], ['a.b.json', 'a.b', 'json'], ['table.tsv', 'table', 'csv'], ['.csv', 'dataset', 'csv'],
])('%s is the dataset %s, %s', (file, name, format) => expect(nameOf(file)).toEqual({ name, format }))
test('A name is no longer than the API takes', () => expect(nameOf(`${'x'.repeat(300)}.csv`).name).toHaveLength(100))

test('Speed is of the last seconds, not since the start', () => {
  const speed = new Speed()
  let said = 0
  for (let second = 0; second <= 10; second++) said = speed.take(second * 1000, second * 100)
  for (let second = 11; second <= 20; second++) said = speed.take(second * 1000, 1000 + (second - 10) * 1000)
  expect(said).toBeCloseTo(1000)
})
test('Before the second moment there is no speed', () => expect(new Speed().take(5, 100)).toBe(0))
