import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import { useSoon } from './soon'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })
const made = (act: () => unknown) => { const scope = effectScope(); return { scope, ask: scope.run(() => useSoon(act, 1000))! } }

test('However often it is asked for, it is done once a second', async () => {
  let done = 0
  const { ask } = made(() => done++)
  for (let i = 0; i < 20; i++) { ask(); await vi.advanceTimersByTimeAsync(100) }
  await vi.advanceTimersByTimeAsync(2000)
  expect(done).toBe(3)
})
test('What is asked for while it works is done after it', async () => {
  const waits: (() => void)[] = []
  const { ask } = made(() => new Promise<void>(resolve => waits.push(resolve)))
  ask()
  await vi.advanceTimersByTimeAsync(1)
  ask()
  waits[0]!()
  await vi.advanceTimersByTimeAsync(1500)
  expect(waits).toHaveLength(2)
})
test('Nothing is done for a page that is gone', async () => {
  let done = 0
  const { scope, ask } = made(() => done++)
  ask()
  scope.stop()
  await vi.advanceTimersByTimeAsync(2000)
  expect(done).toBe(0)
})
