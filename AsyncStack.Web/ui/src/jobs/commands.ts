import { plural, toast, toastError } from '@asyncstack/ui-kit'
import { api, ask } from '../api/client'
import { confirm } from '../app/confirm'

const path = (id: string) => ({ params: { path: { id } } })

/** Stops jobs that have not ended, after asking; answers whether anything was done. */
export async function cancelJobs(ids: string[]): Promise<boolean> {
  const many = plural(ids.length, 'job')
  if (!(await confirm({ title: `Cancel ${many}?`, text: 'What runs is stopped within a second. A canceled job can be run again.', action: `Cancel ${many}`, danger: true }))) return false
  return each(ids, id => ask(api.POST('/jobs/{id}/cancel', path(id))), 'canceled')
}

/** Runs failed or canceled jobs again; several only after asking. */
export async function retryJobs(ids: string[]): Promise<boolean> {
  const many = plural(ids.length, 'job')
  if (ids.length > 1 && !(await confirm({ title: `Run ${many} again?`, text: 'Each is queued again, and calls back again at its end.', action: `Run ${many} again` }))) return false
  return each(ids, id => ask(api.POST('/jobs/{id}/retry', path(id))), 'queued again')
}

async function each(ids: string[], act: (id: string) => Promise<unknown>, done: string): Promise<boolean> {
  const queue = [...ids]
  const wrong: Error[] = []
  const worker = async () => { for (let id = queue.pop(); id !== undefined; id = queue.pop()) await act(id).catch(error => wrong.push(error)) }
  await Promise.all([worker(), worker(), worker(), worker()])
  if (ids.length > wrong.length) toast(`${plural(ids.length - wrong.length, 'job')} ${done}`)
  if (wrong.length > 0) toastError(wrong.length === 1 ? wrong[0] : new Error(`${plural(wrong.length, 'job')} could not be: ${wrong[0]!.message}`))
  return wrong.length < ids.length
}
