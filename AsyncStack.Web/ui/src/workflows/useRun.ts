import { computed, type Ref } from 'vue'
import { useStream } from '@asyncstack/ui-kit'
import { api, ask } from '../api/client'
import { useReading } from '../app/reading'
import { runEnded, withRun, withStep } from './model'

/** A run that is followed until it ends: each change of it and of its steps as it happens. */
export function useRun(id: Ref<string>) {
  const run = useReading(() => ask(api.GET('/api/v1/runs/{id}', { params: { path: { id: id.value } } })), { on: () => id.value })
  const going = computed(() => run.value.value !== null && !runEnded(run.value.value.state))
  const { state } = useStream({
    url: () => (going.value ? `/api/v1/runs/${id.value}` : null),
    on: (event, data) => {
      const now = run.value.value
      if (!now) return
      if (event === 'step') {
        run.value.value = withStep(now, data)
        // The jobs of a step that began are told by the run alone.
        if (now.steps.find(s => s.id === data.id)?.state !== data.state) run.soon()
      } else if (event === 'run' && data.id === id.value) {
        run.value.value = withRun(now, data)
        if (runEnded(data.state)) run.soon()
      }
    },
  })
  return { run, going, state }
}
