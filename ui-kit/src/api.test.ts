import { afterEach, expect, test, vi } from 'vitest'
import { api, ApiError, signedOut, withQuery } from './api'

const answer = (status: number, body: string, type = 'application/json') => vi.stubGlobal('fetch', async () => new Response(body, { status, headers: { 'content-type': type } }))
afterEach(() => {
  vi.unstubAllGlobals()
  signedOut.value = false
})

test('Empty values are left out of a query and lists are repeated', () => expect(withQuery('/api/logs', { a: '', b: null, c: undefined, d: 0, e: ['x=1', 'y=2'], f: 'a b' })).toBe('/api/logs?d=0&e=x%3D1&e=y%3D2&f=a+b'))
test('A problem becomes an error with its detail', async () => {
  answer(409, '{"title":"Conflict","detail":"It runs already."}', 'application/problem+json')
  await expect(api('/x')).rejects.toThrow(new ApiError(409, 'It runs already.'))
})
test('An answer that is no problem becomes an error with its status', async () => {
  answer(502, '<html>', 'text/html')
  await expect(api('/x')).rejects.toThrow('502')
})
test('A 401 is remembered for the page to show', async () => {
  answer(401, '{"title":"Unauthorized"}')
  await expect(api('/x')).rejects.toThrow()
  expect(signedOut.value).toBe(true)
})
test('A server that is away is told as such', async () => {
  vi.stubGlobal('fetch', async () => { throw new TypeError('Failed to fetch') })
  await expect(api('/x')).rejects.toThrow('does not answer')
})
