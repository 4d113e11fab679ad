/** The cursor of the next page, out of a `Link` header (RFC 8288); null on the last. */
export function nextCursor(link: string | null): string | null {
  const target = /<([^>]*)>;\s*rel="next"/.exec(link ?? '')?.[1]
  return target ? new URLSearchParams(target.slice(target.indexOf('?') + 1)).get('cursor') : null
}
