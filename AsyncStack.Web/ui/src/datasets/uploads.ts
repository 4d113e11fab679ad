import { reactive, shallowReactive } from 'vue'
import { ApiError, problem, unreachable } from '@asyncstack/ui-kit'
import { idempotencyKey, type Schema } from '../api/client'
import { nameOf, Speed } from './files'

export type UploadState = 'waiting' | 'sending' | 'retrying' | 'done' | 'failed' | 'stopped'
export interface Upload {
  readonly id: number
  readonly file: File
  readonly key: string
  owner: string
  name: string
  format: 'csv' | 'json'
  state: UploadState
  sent: number
  /** Bytes a second, lately. */
  speed: number
  attempts: number
  error: string
  dataset: Schema<'Dataset'> | null
}

const atOnce = 2
const pauses = [1_000, 3_000, 10_000, 30_000]

/** Uploads of this tab: they go on while other pages are open. */
export const uploads = shallowReactive<Upload[]>([])
const requests = new Map<number, XMLHttpRequest>()
let next = 0

export function add(files: Iterable<File>, owner: string) {
  for (const file of files) uploads.unshift(reactive({ id: next++, file, key: idempotencyKey(), owner, ...nameOf(file.name), state: 'waiting', sent: 0, speed: 0, attempts: 0, error: '', dataset: null }))
  pump()
}

export function stop(upload: Upload) {
  upload.state = 'stopped'
  requests.get(upload.id)?.abort()
  pump()
}

export function again(upload: Upload) {
  Object.assign(upload, { state: 'waiting', attempts: 0, error: '', sent: 0 })
  pump()
}

export const dropEnded = () => {
  const left = uploads.filter(u => u.state !== 'done' && u.state !== 'stopped')
  uploads.splice(0, uploads.length, ...left)
}

function pump() {
  while (uploads.filter(u => u.state === 'sending').length < atOnce) {
    const upload = uploads.findLast(u => u.state === 'waiting')
    if (!upload) return
    void send(upload)
  }
}

async function send(upload: Upload) {
  upload.state = 'sending'
  upload.attempts++
  try {
    upload.dataset = await post(upload)
    upload.state = 'done'
  } catch (error) {
    if ((upload.state as UploadState) !== 'stopped') failed(upload, error as Error)
  } finally {
    requests.delete(upload.id)
    upload.speed = 0
    pump()
  }
}

// What may pass by itself is tried again: no answer, and a server that is busy.
function failed(upload: Upload, error: Error) {
  const status = error instanceof ApiError ? error.status : 0
  const pause = pauses[upload.attempts - 1]
  upload.error = error.message
  if ((status !== 0 && status !== 429 && status < 500) || pause === undefined) {
    upload.state = 'failed'
    return
  }
  upload.state = 'retrying'
  const go = () => {
    clearTimeout(timer)
    removeEventListener('online', go)
    if (upload.state !== 'retrying') return
    upload.state = 'waiting'
    upload.sent = 0
    pump()
  }
  const timer = setTimeout(go, pause)
  addEventListener('online', go)
}

/** fetch() tells nothing of how far an upload is. */
function post(upload: Upload): Promise<Schema<'Dataset'>> {
  const form = new FormData()
  form.append('owner_id', upload.owner)
  form.append('name', upload.name)
  form.append('format', upload.format)
  form.append('file', upload.file)
  const speed = new Speed()
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    requests.set(upload.id, request)
    request.open('POST', '/datasets')
    request.upload.onprogress = event => {
      upload.sent = Math.min(event.loaded, upload.file.size)
      upload.speed = speed.take(performance.now(), event.loaded)
    }
    request.onload = () => (request.status === 201 ? resolve(JSON.parse(request.responseText)) : reject(problem(request.status, request.responseText)))
    request.onerror = () => reject(unreachable())
    request.onabort = () => reject(new Error('Stopped'))
    // One that arrived, though its answer was lost, is not made twice.
    request.setRequestHeader('Idempotency-Key', upload.key)
    request.send(form)
  })
}
