import { api } from '@asyncstack/ui-kit'

let settings: Promise<{ trace_url: string | null }> | undefined

/** Where a trace is shown; null when nowhere. */
export async function traceUrl(traceId: string): Promise<string | null> {
  settings ??= api<{ trace_url: string | null }>('/app/settings.json').catch(() => ({ trace_url: null }))
  const url = (await settings).trace_url
  return url === null ? null : url.replace('{trace_id}', encodeURIComponent(traceId))
}
