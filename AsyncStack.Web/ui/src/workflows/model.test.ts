import { expect, test } from 'vitest'
import { portion, took, withRun, withStep, type RunView } from './model'

const run = { id: 'r', state: 'running', error_message: null, steps: [{ id: 'a', state: 'running', completed: 0, job_type: 'echo', jobs: [] }, { id: 'b', state: 'waiting' }] } as unknown as RunView

test('A step that changed changes in its run, and keeps what the news does not tell', () => {
  const now = withStep(run, { id: 'a', state: 'completed', completed: 1 } as any)
  expect(now.steps[0]).toMatchObject({ state: 'completed', completed: 1, job_type: 'echo' })
  expect(now.steps[1]).toBe(run.steps[1])
  expect(run.steps[0]!.state).toBe('running')
})
test('News of a step that the run has not changes nothing', () => expect(withStep(run, { id: 'x' } as any)).toBe(run))
test('A run that ended keeps its steps', () => expect(withRun(run, { id: 'r', state: 'failed' } as any)).toMatchObject({ state: 'failed', steps: run.steps }))
test('What runs has taken the time until now', () => {
  expect(took({ started_at: '2030-01-01T00:00:00Z', finished_at: null }, Date.parse('2030-01-01T00:00:02Z'))).toBe(2_000_000)
  expect(took({ started_at: null }, 0)).toBeNull()
})
test('Only a step of many jobs tells how many are done', () => {
  expect(portion({ total: 10, completed: 3 })).toBe('3/10')
  expect(portion({ total: 1, completed: 1 })).toBe('')
  expect(portion({ total: null, completed: 0 })).toBe('')
})
