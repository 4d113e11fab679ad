import type { IconName } from '@asyncstack/ui-kit'
import type { Resource } from '../app/types'

export type Tone = 'ok' | 'warn' | 'error' | 'info' | 'idle'
export interface Look { tone: Tone; icon: IconName; text: string }

const busy = /^(Starting|Waiting|Building|Stopping|Restarting|NotStarted|Pending)/i
const broken = /^(Failed|Error|RuntimeUnhealthy)/i
const over = /^(Exited|Finished|Stopped|Completed)/i

/** How a resource's state and health are shown: never by colour alone. */
export function look(r: Pick<Resource, 'state' | 'health' | 'display' | 'exitCode'>): Look {
  const text = r.display || r.state
  if (broken.test(r.state)) return { tone: 'error', icon: 'fault', text }
  if (over.test(r.state)) {
    if (r.exitCode !== null && r.exitCode !== 0 && r.exitCode !== 143 && r.exitCode !== 130) return { tone: 'error', icon: 'fault', text }
    return /^Finished|^Completed/i.test(text) || r.exitCode === 0 ? { tone: 'idle', icon: 'check', text } : { tone: 'idle', icon: 'stop', text }
  }
  if (busy.test(r.state)) return { tone: 'info', icon: 'clock', text }
  if (r.health === 'Unhealthy') return { tone: 'error', icon: 'fault', text: text === r.state ? 'Unhealthy' : text }
  if (r.health === 'Degraded') return { tone: 'warn', icon: 'warning', text: text === r.state ? 'Degraded' : text }
  return { tone: 'ok', icon: 'play', text }
}

export const isRunning = (r: Resource) => !over.test(r.state) && !broken.test(r.state) && r.startedAt !== null
