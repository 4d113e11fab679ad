/** What the audit tells of, in the order of its chapters. */
export const actions = [
  'job.cancel', 'job.retry', 'queue.pause', 'queue.resume', 'dead_letter.redrive', 'dead_letter.delete', 'webhook_delivery.replay',
  'webhook_endpoint.create', 'webhook_endpoint.enable', 'webhook_endpoint.disable', 'webhook_endpoint.rotate_secret',
  'workflow.put', 'workflow_backfill.start', 'workflow_backfill.cancel', 'workflow_pool.put', 'workflow_run.rerun', 'workflow_run.clear_step', 'workflow_run.signal',
  'schedule.put', 'schedule.delete', 'schedule.pause', 'schedule.resume', 'schedule.trigger',
]

const verbs: Record<string, string> = {
  cancel: 'canceled', retry: 'ran again', pause: 'paused', resume: 'resumed', redrive: 'sent again', delete: 'deleted', replay: 'delivered again', create: 'entered',
  enable: 'enabled', disable: 'disabled', rotate_secret: 'changed the secret of', put: 'saved', start: 'started', rerun: 'ran again', clear_step: 'cleared a step of', signal: 'signaled', trigger: 'ran',
}

/** An action as a sentence's middle: canceled a job. */
export function words(action: string): string {
  const [subject, verb] = action.split('.') as [string, string?]
  const thing = subject.replaceAll('_', ' ')
  return `${verbs[verb ?? ''] ?? (verb ?? '').replaceAll('_', ' ')} ${/^[aeiou]/.test(thing) ? 'an' : 'a'} ${thing}`.trim()
}

/** Where a thing that something was done to is shown; null when no page shows it. */
export function placeOf(type: string, id: string): string | null {
  const name = encodeURIComponent(id)
  switch (type) {
    case 'job': return `/jobs/${name}`
    case 'queue': return '/queues'
    case 'webhook_delivery': return `/webhooks/deliveries?open=${name}`
    case 'webhook_endpoint': return `/webhooks/endpoints?open=${name}`
    case 'workflow': return `/workflows/${name}`
    case 'workflow_run': return `/workflows/runs/${name}`
    case 'workflow_pool': return '/workflows?view=pools'
    case 'schedule': return '/workflows?view=schedules'
    case 'dataset': return `/datasets/${name}`
    default: return null
  }
}
