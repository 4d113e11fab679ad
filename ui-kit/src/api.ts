import { ref } from 'vue'

/** True once the server answered 401: the page then says how to get in. */
export const signedOut = ref(false)

export class ApiError extends Error {
  /** `fields` are the messages of RFC 9457's member `errors`, by the field they are about; status 0 means that no answer came. */
  constructor(readonly status: number, message: string, readonly fields: Record<string, string[]> = {}, readonly traceId?: string) {
    super(message)
  }
}

/** Calls the own origin and reads JSON; an RFC 9457 problem becomes an ApiError that carries its detail. */
export async function api<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await call(path, init)
  return (response.status === 204 ? undefined : await response.json()) as T
}

export async function call(path: string, init?: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init })
  } catch (error) {
    if (init?.signal?.aborted) throw error
    throw unreachable()
  }
  if (!response.ok) throw problem(response.status, await response.text())
  return response
}

export const unreachable = () => new ApiError(0, 'The server does not answer. Is it still running?')

/** The error that an answer's status and RFC 9457 problem make; of 401, the page is told as well. */
export function problem(status: number, body: string): ApiError {
  if (status === 401) signedOut.value = true
  const said = `The server answered ${status}.`
  try {
    const { title, detail, errors, trace_id } = JSON.parse(body)
    return new ApiError(status, detail ?? title ?? said, errors ?? {}, trace_id)
  } catch {
    return new ApiError(status, said)
  }
}

export type Query = Record<string, string | number | boolean | null | undefined | string[]>

/** A path with its query; empty values are left out, arrays are repeated. */
export function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== '' && one !== false) search.append(name, String(one))
    }
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}
