import { effectScope, ref, type EffectScope } from 'vue'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { useStream } from './stream'

interface Call { headers: Record<string, string>; send: (text: string) => void; end: () => void; signal: AbortSignal }
let calls: Call[]
let arrived: (call: Call) => void
let scope: EffectScope
let hidden: () => void
let onWindow: Record<string, () => void>
const page = { visibilityState: 'visible' }

/** The next request that the stream makes. */
const nextCall = () => new Promise<Call>(resolve => { arrived = resolve })
const turn = async () => { for (let i = 0; i < 20; i++) await Promise.resolve() }

beforeEach(() => {
  vi.useFakeTimers()
  calls = []
  arrived = () => {}
  scope = effectScope()
  page.visibilityState = 'visible'
  vi.stubGlobal('document', Object.assign(page, { addEventListener: (_: string, listener: () => void) => { hidden = listener }, removeEventListener: () => {} }))
  onWindow = {}
  vi.stubGlobal('window', { addEventListener: (name: string, listener: () => void) => { onWindow[name] = listener }, removeEventListener: () => {} })
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    let control!: ReadableStreamDefaultController<Uint8Array>
    const body = new ReadableStream<Uint8Array>({ start: c => { control = c } })
    const call = { headers: init.headers as Record<string, string>, send: (text: string) => control.enqueue(new TextEncoder().encode(text)), end: () => control.close(), signal: init.signal! }
    calls.push(call)
    arrived(call)
    return new Response(body)
  })
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('A stream that breaks off resumes after its last event', async () => {
  const seen: unknown[] = []
  const starts = vi.fn()
  const begun = nextCall()
  scope.run(() => useStream({ url: () => '/s', on: (event, data, first) => seen.push([event, data, first]), onStart: starts }))
  const call = await begun
  call.send('event: lines\nid: 41\ndata: 1\n\nevent: lines\nid: 42\ndata: 2\n\n')
  await vi.waitFor(() => expect(seen).toHaveLength(2))
  const again = nextCall()
  call.end()
  await vi.advanceTimersByTimeAsync(600)
  expect((await again).headers['last-event-id']).toBe('42')
  expect(starts).toHaveBeenCalledTimes(1)
  expect(seen).toEqual([['lines', 1, true], ['lines', 2, false]])
})
test('A stream without positions starts over each time', async () => {
  const starts = vi.fn()
  const begun = nextCall()
  scope.run(() => useStream({ url: () => '/s', on: () => {}, onStart: starts }))
  ;(await begun).end()
  const again = nextCall()
  await vi.advanceTimersByTimeAsync(600)
  await again
  expect(starts).toHaveBeenCalledTimes(2)
})
test('Another address closes the stream and starts another without a position', async () => {
  const url = ref<string | null>('/a')
  const begun = nextCall()
  scope.run(() => useStream({ url: () => url.value, on: () => {} }))
  const call = await begun
  call.send('id: 9\ndata: 1\n\n')
  await turn()
  const other = nextCall()
  url.value = '/b'
  expect((await other).headers['last-event-id']).toBeUndefined()
  expect(call.signal.aborted).toBe(true)
})
test('A tab that nobody looks at gives its connection back and takes it again', async () => {
  const begun = nextCall()
  scope.run(() => useStream({ url: () => '/s', on: () => {} }))
  const call = await begun
  page.visibilityState = 'hidden'
  hidden()
  await vi.advanceTimersByTimeAsync(9_000)
  expect(call.signal.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(call.signal.aborted).toBe(true)
  const again = nextCall()
  page.visibilityState = 'visible'
  hidden()
  await again
  expect(calls).toHaveLength(2)
})
test('A page that goes closes its stream', async () => {
  const begun = nextCall()
  scope.run(() => useStream({ url: () => '/s', on: () => {} }))
  const call = await begun
  scope.stop()
  expect(call.signal.aborted).toBe(true)
})

test('An event whose data is empty is told without any, and the stream goes on', async () => {
  const seen: unknown[] = []
  const first = nextCall()
  scope.run(() => useStream({ url: () => '/events', on: (event, data) => seen.push([event, data]) }))
  const call = await first
  call.send('event: heartbeat\ndata: \n\nevent: webhook\ndata: {"a":1}\n\n')
  await vi.waitFor(() => expect(seen).toHaveLength(2))
  expect(seen).toEqual([['heartbeat', null], ['webhook', { a: 1 }]])
  expect(calls).toHaveLength(1)
})
test('A page that is left gives its connection back at once and takes it up on the way back', async () => {
  const begun = nextCall()
  scope.run(() => useStream({ url: () => '/s', on: () => {} }))
  const call = await begun
  onWindow.pagehide!()
  expect(call.signal.aborted).toBe(true)
  const again = nextCall()
  onWindow.pageshow!()
  await again
  expect(calls).toHaveLength(2)
})
