import type { Definition, InputField } from './definition'

export interface Field { name: string; type: 'string' | 'number' | 'boolean' | 'object' | 'array' | 'any'; required: boolean; hint: string; fallback: unknown }

const known = ['string', 'number', 'boolean', 'object', 'array']

/** The fields that a run's input may have; null when any input will do. */
export function fieldsOf(definition: Definition): Field[] | null {
  if (!definition.input) return null
  return Object.entries(definition.input).map(([name, f]: [string, InputField]) => ({
    name,
    type: (known.includes(f.type ?? '') ? f.type : 'any') as Field['type'],
    required: f.required === true,
    hint: [f.description, f.default === undefined ? '' : `Left out it is ${JSON.stringify(f.default)}.`].filter(Boolean).join('. ').replace('.. ', '. '),
    fallback: f.default,
  }))
}

/** What stands in the field at first: its default, as it would be typed. */
export function typed(field: Field): string {
  if (field.fallback === undefined) return ''
  return field.type === 'string' ? String(field.fallback) : JSON.stringify(field.fallback)
}

export interface Inputs { input: Record<string, unknown>; problems: Record<string, string> }

/** The input that typed texts make; what is empty is left out. */
export function readInputs(fields: readonly Field[], texts: Readonly<Record<string, string>>): Inputs {
  const input: Record<string, unknown> = {}
  const problems: Record<string, string> = {}
  for (const field of fields) {
    const text = texts[field.name] ?? ''
    if (text.trim() === '') {
      if (field.required && field.fallback === undefined) problems[field.name] = `${field.name} is required.`
      continue
    }
    const { value, problem } = read(field, text)
    if (problem) problems[field.name] = problem
    else input[field.name] = value
  }
  return { input, problems }
}

function read(field: Field, text: string): { value?: unknown; problem?: string } {
  if (field.type === 'string') return { value: text }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return field.type === 'any' ? { value: text } : { problem: wrong(field) }
  }
  const is = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  return field.type === 'any' || is === field.type ? { value } : { problem: wrong(field) }
}

const examples = { number: '12.5', boolean: 'true', object: '{"a": 1}', array: '[1, 2]' } as Record<string, string>
const wrong = (field: Field) => `${field.name} must be ${/^[ao]/.test(field.type) ? 'an' : 'a'} ${field.type}, such as ${examples[field.type]}.`
