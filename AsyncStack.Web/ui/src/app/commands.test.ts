import { expect, test, vi } from 'vitest'
import type { Router } from 'vue-router'
import { find } from './commands'

const create = () => ({ push: vi.fn() })
const titles = (text: string) => find(text, create() as unknown as Router).map(c => c.title)

test('Without a text all pages are there', () => expect(titles('')).toContain('Audit'))
test('Each word must be found, in any order and case', () => expect(titles('WORKERS que')).toContain('Queues and workers'))
test('An id may be that of several things', () => {
  const router = create()
  const found = find('0192f0c4-0000-7000-8000-000000000001', router as unknown as Router)
  found[0]!.run()
  expect(router.push).toHaveBeenCalledWith('/jobs/0192f0c4-0000-7000-8000-000000000001')
  expect(found.map(c => c.title.split(' ')[0])).toEqual(['Job', 'Dataset', 'Resource', 'Run'])
})
test('Any other text may be a correlation id, however it is written', () => {
  const router = create()
  find('order/17', router as unknown as Router).at(-1)!.run()
  expect(router.push).toHaveBeenCalledWith('/jobs/by-correlation/order%2F17')
})
test('Commands of the page come before pages', () =>
  expect(find('upload', create() as unknown as Router, [{ title: 'Upload files', icon: 'upload', run() {} }])[0]!.title).toBe('Upload files'))
