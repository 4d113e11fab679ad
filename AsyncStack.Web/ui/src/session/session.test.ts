import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { signedOut } from '@asyncstack/ui-kit'
import { readSession, session, signIn, signOut, type Session } from './session'

// The rest of the kit wants a browser.
vi.mock('@asyncstack/ui-kit', () => import('../../../../ui-kit/src/api'))
vi.mock('../app/live', () => ({ readAgain: () => {} }))

const ada: Session = { mode: 'required', name: 'key:ada', tenant: 'default', scopes: ['jobs:read'], expires_at: null }
let calls: [string, RequestInit | undefined][]

const answers = (status: number, body: unknown) => vi.stubGlobal('fetch', async (path: string, init?: RequestInit) => {
  calls.push([path, init])
  return new Response(status === 204 ? null : JSON.stringify(body), { status })
})

beforeEach(() => {
  calls = []
  session.value = null
  signedOut.value = false
})
afterEach(() => vi.unstubAllGlobals())

test('Who is not signed in is asked for a key', async () => {
  answers(401, { detail: 'Who?' })
  await readSession()
  expect([session.value, signedOut.value]).toEqual([null, true])
})
test('Whoever comes in first has everything read anew', async () => {
  answers(200, ada)
  const reload = vi.fn()
  await signIn('ask_1', reload)
  expect(reload).toHaveBeenCalledOnce()
  expect(calls[0]![1]!.body).toBe('{"key":"ask_1"}')
})
test('Who was signed in before goes on where they were', async () => {
  session.value = ada
  signedOut.value = true
  answers(200, { ...ada, name: 'key:grace' })
  const reload = vi.fn()
  await signIn('ask_2', reload)
  expect([session.value.name, signedOut.value, reload.mock.calls.length]).toEqual(['key:grace', false, 0])
})
test('A key that is refused says why and leaves the form', async () => {
  signedOut.value = true
  answers(401, { detail: 'The key is not known here.' })
  await expect(signIn('x')).rejects.toThrow('not known')
  expect(signedOut.value).toBe(true)
})
test('Signing out ends the session on the server', async () => {
  answers(204, null)
  const reload = vi.fn()
  await signOut(reload)
  expect([calls[0]![1]!.method, reload.mock.calls.length]).toEqual(['DELETE', 1])
})
