import { expect, test } from 'vitest'
import { actions, placeOf, words } from './audit'

test('An action reads as what was done', () => {
  expect([words('job.cancel'), words('webhook_endpoint.rotate_secret'), words('workflow_run.clear_step')]).toEqual(['canceled a job', 'changed the secret of a webhook endpoint', 'cleared a step of a workflow run'])
})
test('Every action has words of its own', () => expect(new Set(actions.map(words)).size).toBe(actions.length))
test('An action that is not known is told as it is', () => expect(words('api_key.reset_all')).toBe('reset all an api key'))
test('A name that is part of an address is encoded', () => expect(placeOf('workflow', 'a/b')).toBe('/workflows/a%2Fb'))
test('What no page shows leads nowhere', () => expect(placeOf('dead_letter', 'x')).toBeNull())
