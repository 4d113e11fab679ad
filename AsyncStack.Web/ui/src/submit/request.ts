export interface Draft {
  type: string
  externalName: string
  workflow: string
  datasetId: string
  payload: Record<string, unknown>
  callbackUrl: string
  correlationId: string
  priority: string
  /** As a datetime-local field gives it, in the browser's zone. */
  runAt: string
  maxAttempts: string
  timeoutSeconds: string
}

/** The body of POST /api/process that a draft makes; what is left at its default is left out. */
export function requestOf(draft: Draft, dataset: boolean): Record<string, unknown> {
  const type = draft.type === 'external:' ? `external:${draft.externalName}` : draft.type
  return {
    callback_url: draft.callbackUrl,
    payload: dataset ? { dataset_id: draft.datasetId, params: draft.payload } : draft.payload,
    ...(type === 'workflow' ? { workflow: draft.workflow } : type !== 'echo' && { job_type: type }),
    ...(draft.correlationId && { correlation_id: draft.correlationId }),
    ...(draft.priority !== 'default' && { priority: draft.priority }),
    ...(draft.runAt && { run_at: new Date(draft.runAt).toISOString() }),
    ...(draft.maxAttempts && { max_attempts: Number(draft.maxAttempts) }),
    ...(draft.timeoutSeconds && { timeout_seconds: Number(draft.timeoutSeconds) }),
  }
}

/** A word of a POSIX shell, whatever is in it. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
const indented = (value: unknown, by: string) => JSON.stringify(value, null, 2).replaceAll('\n', `\n${by}`)

export type Language = 'curl' | 'JavaScript' | 'Python' | 'C#'
export const languages: Language[] = ['curl', 'JavaScript', 'Python', 'C#']

/** The request as code that can be pasted and run. */
export function snippet(language: Language, origin: string, body: Record<string, unknown>): string {
  const url = `${origin}/api/process`
  const json = JSON.stringify(body)
  switch (language) {
    case 'curl': return `curl -i ${quoted(url)} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(json)}`
    case 'JavaScript': return `const response = await fetch(${JSON.stringify(url)}, {\n  method: 'POST',\n  headers: { 'content-type': 'application/json', 'idempotency-key': \`"\${crypto.randomUUID()}"\` },\n  body: JSON.stringify(${indented(body, '  ')}),\n})\nconsole.log(await response.json())`
    case 'Python': return `import json, uuid, urllib.request\n\nbody = json.loads(${pythonText(json)})\nrequest = urllib.request.Request(\n    ${JSON.stringify(url)}, json.dumps(body).encode(),\n    {"Content-Type": "application/json", "Idempotency-Key": f'"{uuid.uuid4()}"'})\nprint(urllib.request.urlopen(request).read().decode())`
    case 'C#': return `using var http = new HttpClient();\nusing var content = new StringContent(${JSON.stringify(json)}, System.Text.Encoding.UTF8, "application/json");\nusing var response = await http.PostAsync(${JSON.stringify(url)}, content);\nConsole.WriteLine(await response.Content.ReadAsStringAsync());`
  }
}

const pythonText = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
