import type { Schema } from '../api/client'

type Job = Pick<Schema<'JobView'>, 'id' | 'job_status' | 'created_at' | 'finished_at'>

/** How long the last jobs took from their acceptance to their completion, in microseconds. */
export class Latencies {
  private byId = new Map<string, number>()

  constructor(readonly limit = 1000) {}

  take(jobs: readonly Job[]) {
    for (const job of jobs) {
      if (job.job_status !== 'completed' || !job.finished_at) continue
      this.byId.delete(job.id)
      this.byId.set(job.id, Math.max(0, Date.parse(job.finished_at) - Date.parse(job.created_at)) * 1000)
      if (this.byId.size > this.limit) this.byId.delete(this.byId.keys().next().value!)
    }
  }

  sorted = () => [...this.byId.values()].sort((a, b) => a - b)
}
