export interface ServerEvent { event: string; data: string; id: string | null }

/** Reads server-sent events (WHATWG HTML, "interpreting an event stream") from text that comes in any pieces. */
export function eventParser(onEvent: (event: ServerEvent) => void) {
  let rest = ''
  let event = ''
  let data: string[] = []
  let id: string | null = null

  function line(text: string) {
    if (text === '') {
      if (data.length > 0) onEvent({ event: event || 'message', data: data.join('\n'), id })
      event = ''
      data = []
      return
    }
    if (text.startsWith(':')) return
    const colon = text.indexOf(':')
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') event = value
    else if (field === 'data') data.push(value)
    else if (field === 'id') id = value
  }

  return (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    for (const text of lines) line(text.endsWith('\r') ? text.slice(0, -1) : text)
  }
}
