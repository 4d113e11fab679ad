/** A workflow's definition as far as pages read it; whatever was typed may stand for it. */
export interface InputField { type?: string; required?: boolean; default?: unknown; description?: string }
export interface ScheduleDefinition { cron: string; time_zone?: string; jitter_seconds?: number; catch_up?: string; catch_up_limit?: number; input?: unknown }
export interface Definition {
  description?: string
  input?: Record<string, InputField>
  steps?: unknown
  schedule?: ScheduleDefinition
  max_active_runs?: number
  concurrency?: number
  timeout_seconds?: number
}
export interface GraphStep { id: string; job_type: string; depends_on: string[]; for_each?: boolean }

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The steps of a definition that can be drawn: each with an id of its own, and of what it depends on what is there. */
export function stepsOf(definition: unknown): GraphStep[] {
  const steps = isObject(definition) && Array.isArray(definition.steps) ? definition.steps.filter(isObject) : []
  const drawn = new Map<string, GraphStep>()
  for (const step of steps) {
    if (typeof step.id !== 'string' || step.id === '' || drawn.has(step.id)) continue
    const before = Array.isArray(step.depends_on) ? step.depends_on.filter(d => typeof d === 'string') : []
    drawn.set(step.id, { id: step.id, job_type: String(step.job_type ?? ''), depends_on: [...new Set(before)], for_each: step.for_each !== undefined })
  }
  return [...drawn.values()].map(s => ({ ...s, depends_on: s.depends_on.filter(d => drawn.has(d) && d !== s.id) }))
}

/** A definition to begin with. */
export const firstDefinition = JSON.stringify({
  description: 'Greets, then tells what was said.',
  input: { name: { type: 'string', required: true, description: 'who is greeted' } },
  steps: [
    { id: 'greet', job_type: 'echo', params: { text: 'Hello {{input.name}}' } },
    { id: 'tell', job_type: 'echo', depends_on: ['greet'], params: { told: '{{steps.greet.result.text}}' } },
  ],
}, null, 2)
