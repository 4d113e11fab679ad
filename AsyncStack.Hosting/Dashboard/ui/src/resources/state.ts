import type { IconName } from '@asyncstack/ui-kit'
import type { Resource } from '../app/types'

export type Tone = 'ok' | 'warn' | 'error' | 'info' | 'idle'
export interface Look { tone: Tone; icon: IconName; text: string }

// The states of AsyncStack.Hosting's KnownResourceStates.
const busy = /^(Starting|Waiting|Stopping)$/
const over = /^(Exited|Finished|FailedToStart|NotStarted)$/
const stopped = new Set([null, 0, 130, 143])

/** How a resource's state and health are shown: never by colour alone. */
export function look(r: Pick<Resource, 'state' | 'health' | 'display' | 'exitCode'>): Look {
  const text = r.display || r.state
  if (r.state === 'FailedToStart' || (r.state === 'Exited' && !stopped.has(r.exitCode))) return { tone: 'error', icon: 'fault', text }
  if (over.test(r.state)) return { tone: 'idle', icon: r.state === 'Finished' ? 'check' : 'stop', text }
  if (busy.test(r.state)) return { tone: 'info', icon: 'clock', text }
  if (r.health === 'Unhealthy') return { tone: 'error', icon: 'fault', text: text === r.state ? 'Unhealthy' : text }
  if (r.health === 'Degraded') return { tone: 'warn', icon: 'warning', text: text === r.state ? 'Degraded' : text }
  return { tone: 'ok', icon: 'play', text }
}

export const isRunning = (r: Resource) => !over.test(r.state) && r.startedAt !== null
