import { call } from '@asyncstack/ui-kit'
import { api, ask } from '../api/client'

/** What is shown of a result that lies in storage. */
export const shownBytes = 128 * 1024

export interface Result { value?: unknown; text?: string; cut?: boolean; name: string; url: string | null; foreign?: boolean }

/** A completed job's result: its value, or the beginning of what lies in storage. A storage elsewhere is not read from here: only linked. */
export async function readResult(id: string): Promise<Result> {
  const { result, result_uri, download_url } = await ask(api.GET('/jobs/{id}/result', { params: { path: { id } } }))
  if (!download_url) return { value: result ?? null, name: 'result.json', url: null }
  const name = (result_uri ?? '').split('/').at(-1)!
  if (new URL(download_url, location.href).origin !== location.origin) return { name, url: download_url, foreign: true }
  const response = await call(download_url, { headers: { range: `bytes=0-${shownBytes - 1}` } })
  const text = await response.text()
  const whole = Number(response.headers.get('content-range')?.split('/')[1] ?? 0)
  return { text: pretty(name, text), cut: whole > shownBytes, name, url: download_url }
}

/** A result as JSON, whole. */
export async function readResultJson<T>(id: string): Promise<T> {
  const { result, download_url } = await ask(api.GET('/jobs/{id}/result', { params: { path: { id } } }))
  return (download_url ? await (await call(download_url)).json() : result) as T
}

function pretty(name: string, text: string): string {
  if (!name.endsWith('.json')) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
