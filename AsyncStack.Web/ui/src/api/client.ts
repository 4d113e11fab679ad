import createClient, { type FetchResponse } from 'openapi-fetch'
import { problem, unreachable } from '@asyncstack/ui-kit'
import { nextCursor } from './link'
import type { components, paths } from './schema'

/** What the document names, such as `Schema<'JobView'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

/** Calls the own origin; its paths, parameters and answers are those of docs/openapi.json. Use it through `ask` or `page`. */
export const api = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin', cache: 'no-store' })

type Call<T extends Record<string | number, any>, O, M extends `${string}/${string}`> = Promise<FetchResponse<T, O, M>>

/** The answer with its response, for who needs a header of it. */
export async function settled<T extends Record<string | number, any>, O, M extends `${string}/${string}`>(call: Call<T, O, M>) {
  let answer: FetchResponse<T, O, M>
  try {
    answer = await call
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw unreachable()
  }
  if (!answer.response.ok) throw problem(answer.response.status, JSON.stringify(answer.error ?? null))
  return answer
}

/**
 * The answer's body; whatever is no success becomes an ApiError with the problem's detail and fields. Where the same address also gives a
 * stream of events, which the document calls a text, the JSON is meant.
 */
export async function ask<T extends Record<string | number, any>, O, M extends `${string}/${string}`>(call: Call<T, O, M>) {
  return (await settled(call)).data as Exclude<NonNullable<FetchResponse<T, O, M>['data']>, string>
}

export interface Page<T> { items: T[]; next: string | null }

/** A page of a list: the items, and the cursor of the next page that the `Link` header names. A stream at the same address is left out as by `ask`. */
export async function page<T>(call: Promise<{ data?: T[] | string; error?: unknown; response: Response }>): Promise<Page<T>> {
  const { data, response } = await settled(call as Call<any, any, any>)
  return { items: data as T[], next: nextCursor(response.headers.get('link')) }
}

/** A key that makes a repeated POST be taken once (a structured-field string). */
export const idempotencyKey = () => `"${crypto.randomUUID()}"`
