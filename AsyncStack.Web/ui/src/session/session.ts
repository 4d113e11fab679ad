import { shallowRef } from 'vue'
import { api, call, signedOut } from '@asyncstack/ui-kit'
import { readAgain } from '../app/live'

/** Who is signed in, as `/auth/session` tells. */
export interface Session { mode: 'required' | 'anonymous'; name: string; tenant: string; scopes: string[]; expires_at: string | null }

const path = '/auth/session'

/** Null until it is known; where nobody has to sign in its mode says so. */
export const session = shallowRef<Session | null>(null)

/** Asks who is signed in. Nobody is told by a 401, which shows the form. */
export const readSession = () => api<Session>(path).then(now => { session.value = now }, () => {})

/**
 * Turns a key into a session. What was typed on the page stays where somebody was signed in before; otherwise nothing could be read yet,
 * and all is read anew.
 */
export async function signIn(key: string, reload = () => location.reload()) {
  const now = await api<Session>(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ key }) })
  if (session.value === null) return reload()
  session.value = now
  signedOut.value = false
  readAgain()
}

/** Ends the session here; the key stays valid. */
export async function signOut(reload = () => location.reload()) {
  await call(path, { method: 'DELETE' })
  reload()
}
