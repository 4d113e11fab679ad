import { api, settled, type Schema } from '../api/client'

export type Resource = Schema<'Resource'>
export interface Tagged { resource: Resource; tag: string }

/** A resource with its entity tag, by which a change says what it was made from. */
export async function readResource(id: string): Promise<Tagged> {
  const { data, response } = await settled(api.GET('/api/v1/resources/{id}', { params: { path: { id } } }))
  return { resource: data as Resource, tag: response.headers.get('etag') ?? '' }
}

/** Replaces a resource unless somebody else changed it meanwhile: then an ApiError with status 412. */
export async function replaceResource(id: string, tag: string, body: Schema<'ResourceBody'>): Promise<Tagged> {
  const { data, response } = await settled(api.PUT('/api/v1/resources/{id}', { params: { path: { id }, header: { 'If-Match': tag } }, body }))
  return { resource: data as Resource, tag: response.headers.get('etag') ?? '' }
}
