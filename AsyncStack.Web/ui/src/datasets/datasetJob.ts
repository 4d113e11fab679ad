import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { useStream } from '@asyncstack/ui-kit'
import { api, ask, idempotencyKey, page } from '../api/client'
import { ended, type Job } from '../jobs/jobs'
import { readResultJson } from '../jobs/results'

export type DatasetJobType = 'metrics' | 'anomalies' | 'normalize' | 'compare'

/** The latest job of a type on a dataset that `fits`, with its progress and result; `run` makes a new one. */
export function useDatasetJob<T>(datasetId: () => string, type: DatasetJobType, fits: (params: any) => boolean, withResult = true) {
  const job = shallowRef<Job | null>(null)
  const result = shallowRef<T | null>(null)
  const progress = ref(0)
  const wrong = ref('')
  const reading = ref(true)
  let gone = false
  onScopeDispose(() => (gone = true))

  async function take(now: Job | null) {
    job.value = now
    progress.value = now?.progress ?? 0
    if (now?.job_status === 'completed' && withResult) result.value = await readResultJson<T>(now.id)
    else if (now?.job_status === 'failed') wrong.value = now.error_message ?? 'It failed.'
  }
  const safely = async (action: () => Promise<void>) => {
    wrong.value = ''
    try {
      await action()
    } catch (error) {
      if (!gone) wrong.value = (error as Error).message
    }
  }

  watch(datasetId, id => safely(async () => {
    reading.value = true
    result.value = null
    const { items } = await page(api.GET('/jobs', { params: { query: { dataset_id: id, job_type: type, limit: 50 } } }))
    const mine = items.filter(j => j.dataset_id === id && fits(j.params ?? {}))
    await take(mine.find(j => j.job_status === 'completed' || !ended(j.job_status)) ?? mine[0] ?? null)
    reading.value = false
  }).finally(() => (reading.value = false)), { immediate: true })

  useStream({
    url: () => (job.value && !ended(job.value.job_status) ? `/jobs/${job.value.id}/events` : null),
    on: (event, data) => {
      if (event === 'progress') progress.value = data.progress
      else if (['finished', 'failed', 'canceled'].includes(event)) void safely(async () => take(await ask(api.GET('/jobs/{id}', { params: { path: { id: job.value!.id } } }))))
    },
  })

  const run = (params: Record<string, unknown>) => safely(async () => {
    result.value = null
    await take(await ask(api.POST('/jobs', { body: { dataset_id: datasetId(), job_type: type, params: params as any }, params: { header: { 'Idempotency-Key': idempotencyKey() } } })))
  })
  return { job, result, progress, wrong, reading, run }
}
