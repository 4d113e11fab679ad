import { getCurrentScope, onScopeDispose, ref, watch } from 'vue'
import { ApiError, call, signedOut } from './api'
import { eventParser } from './sse'

export type StreamState = 'off' | 'connecting' | 'live' | 'waiting'
export interface StreamOptions {
  /** Where to listen; null closes the stream. A new address starts over. */
  url: () => string | null
  /** Called with an event's name and JSON, null where it has no data; `first` is true for the first event of a connection. */
  on: (event: string, data: any, first: boolean) => void
  /** Called before each connection that does not resume: what is shown can be emptied or read again. */
  onStart?: () => void | Promise<void>
  /** The position to resume from, when one is known before the first event. */
  position?: () => string | null
}

/** A tab that nobody looks at gives its connection back after this time: browsers allow six to one HTTP/1.1 origin, for all tabs together. */
const hiddenFor = 10_000
const slowest = 10_000

/** A stream of server-sent events that reconnects with a growing pause and resumes with Last-Event-ID. */
export function useStream(options: StreamOptions) {
  const state = ref<StreamState>('off')
  let current: AbortController | null = null
  let lastId: string | null = null
  let hiding: ReturnType<typeof setTimeout> | undefined

  async function run(url: string, control: AbortController) {
    let pause = 500
    while (!control.signal.aborted) {
      state.value = 'connecting'
      try {
        if (lastId === null) await options.onStart?.()
        if (control.signal.aborted) return
        await listen(url, control, () => (pause = 500))
      } catch (error) {
        if (control.signal.aborted) return
        if (error instanceof ApiError && error.status === 401) break
        if (error instanceof ApiError && error.status >= 400 && error.status < 500) pause = slowest
      }
      state.value = 'waiting'
      await new Promise(resolve => setTimeout(resolve, pause))
      pause = Math.min(pause * 2, slowest)
    }
  }

  async function listen(url: string, control: AbortController, opened: () => void) {
    const from = lastId ?? options.position?.() ?? null
    const headers: Record<string, string> = { accept: 'text/event-stream' }
    if (from !== null) headers['last-event-id'] = from
    const response = await call(url, { headers, signal: control.signal, cache: 'no-store' })
    state.value = 'live'
    let first = true
    const parse = eventParser(e => {
      opened()
      if (e.id !== null) lastId = e.id
      options.on(e.event, e.data === '' ? null : JSON.parse(e.data), first)
      first = false
    })
    const decoder = new TextDecoder()
    const reader = response.body!.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done || control.signal.aborted) return
      parse(decoder.decode(value, { stream: true }))
    }
  }

  function stop() {
    current?.abort()
    current = null
    state.value = 'off'
  }

  function start() {
    stop()
    const url = options.url()
    if (url === null) return
    current = new AbortController()
    void run(url, current)
  }

  function visibility() {
    clearTimeout(hiding)
    if (document.visibilityState === 'hidden') hiding = setTimeout(stop, hiddenFor)
    else if (current === null) start()
  }

  watch(options.url, () => {
    lastId = null
    start()
  }, { immediate: true })
  // One that was refused is not asked again until somebody has signed in.
  watch(signedOut, out => { if (!out && state.value === 'connecting') start() })
  document.addEventListener('visibilitychange', visibility)
  // A page that is left may be kept for the way back, with its connections, and soon there would be none for the next page.
  window.addEventListener('pagehide', stop)
  window.addEventListener('pageshow', visibility)
  if (getCurrentScope()) {
    onScopeDispose(() => {
      clearTimeout(hiding)
      document.removeEventListener('visibilitychange', visibility)
      window.removeEventListener('pagehide', stop)
      window.removeEventListener('pageshow', visibility)
      stop()
    })
  }
  return { state, restart: () => { lastId = null; start() } }
}
