import { onScopeDispose, ref, shallowRef, type Ref } from 'vue'
import { useStream, type StreamState } from '@asyncstack/ui-kit'
import type { Schema } from '../api/client'

/** What a tick of `/api/v1/live` can tell to have changed. */
export type Topic = 'jobs' | 'datasets' | 'deliveries' | 'audit' | 'dead_letters' | 'events' | 'messages' | 'workers' | 'workflows'
export type JobsChange = Schema<'LiveJobs'>
export type Stats = Schema<'StatsView'>

interface Listener { topics: readonly Topic[]; changed: (topics: Topic[]) => void }

const listeners = new Set<Listener>()
const jobListeners = new Set<(change: JobsChange) => void>()

/** How it stands, as the stream told it last. */
export const stats = shallowRef<Stats | null>(null)
/** What happened while the connection was away, until it is dismissed. */
export const missed = shallowRef<JobsChange | null>(null)
export let liveState: Ref<StreamState> = ref('off')

/** Follows what happens at large, for as long as the application lives: one connection for all pages of a tab. */
export function followLive() {
  liveState = useStream({
    url: () => '/api/v1/live',
    on: (event, data) => {
      if (event === 'stats') stats.value = data
      else if (event === 'changed') tell(data.topics)
      else if (event === 'jobs' || event === 'missed') {
        if (event === 'missed' && data.created + data.completed + data.failed + data.canceled > 0) missed.value = data
        for (const listener of jobListeners) listener(data)
        tell(['jobs'])
      }
    },
  }).state
}

function tell(topics: Topic[]) {
  for (const listener of listeners) {
    const mine = topics.filter(t => listener.topics.includes(t))
    if (mine.length > 0) listener.changed(mine)
  }
}

/** Has every page read again what it shows, whatever it is about. */
export function readAgain() {
  for (const listener of listeners) listener.changed([...listener.topics])
}

/** Calls when something of these topics changed, at most about once a second; the page then reads again what it shows. */
export function useChanges(topics: Topic[], changed: (topics: Topic[]) => void) {
  const listener = { topics, changed }
  listeners.add(listener)
  onScopeDispose(() => listeners.delete(listener))
}

/** Calls with the jobs that changed, as `GET /jobs` shows them; `skipped` of them were too many to send. */
export function useJobChanges(changed: (change: JobsChange) => void) {
  jobListeners.add(changed)
  onScopeDispose(() => jobListeners.delete(changed))
}
