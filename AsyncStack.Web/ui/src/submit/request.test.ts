import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { requestOf, snippet, type Draft } from './request'

const draft = (changes: Partial<Draft> = {}): Draft => ({
  type: 'echo', externalName: '', workflow: '', datasetId: '', payload: { a: 1 }, callbackUrl: 'http://x/webhook', correlationId: '', priority: 'default', runAt: '', maxAttempts: '', timeoutSeconds: '', ...changes,
})

test('Defaults are left out', () => expect(requestOf(draft(), false)).toEqual({ callback_url: 'http://x/webhook', payload: { a: 1 } }))
test('A job on a dataset has its params beside the dataset', () =>
  expect(requestOf(draft({ type: 'metrics', datasetId: 'd', payload: { metrics: ['rows'] } }), true)).toMatchObject({ job_type: 'metrics', payload: { dataset_id: 'd', params: { metrics: ['rows'] } } }))
test('Options are numbers and times with a zone', () =>
  expect(requestOf(draft({ type: 'external:', externalName: 'dag', maxAttempts: '5', timeoutSeconds: '60', runAt: '2030-01-31T12:00', priority: 'low' }), false))
    .toMatchObject({ job_type: 'external:dag', max_attempts: 5, timeout_seconds: 60, priority: 'low', run_at: new Date('2030-01-31T12:00').toISOString() }))

test('A workflow is run instead of a job', () => {
  const body = requestOf(draft({ type: 'workflow', workflow: 'nightly' }), false)
  expect(body).toMatchObject({ workflow: 'nightly', payload: { a: 1 } })
  expect(body).not.toHaveProperty('job_type')
})

const nasty = { callback_url: 'http://x', payload: { text: `it's "quoted" \\ $HOME \`id\` \n ü` } }
test('What curl sends from a shell is the body, whatever is in it', () => {
  const shown = snippet('curl', 'http://localhost', nasty).replace(/^curl/, 'printf "%s\\n"')
  const words = execFileSync('sh', ['-c', shown], { encoding: 'utf8' }).trimEnd().split('\n')
  expect(JSON.parse(words.at(-1)!)).toEqual(nasty)
})
test('What Python sends is the body, whatever is in it', () => {
  const literal = /json\.loads\((.*)\)\n/.exec(snippet('Python', 'http://localhost', nasty))![1]!
  const printed = execFileSync('python3', ['-c', `print(${literal})`], { encoding: 'utf8' })
  expect(JSON.parse(printed)).toEqual(nasty)
})
