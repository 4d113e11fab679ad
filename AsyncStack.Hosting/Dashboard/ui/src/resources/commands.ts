import { reactive, ref } from 'vue'
import { call, toast, toastError, type IconName } from '@asyncstack/ui-kit'
import type { Command, Resource } from '../app/types'

/** What asks before it runs. */
export const asking = ref<{ resource: Resource; command: Command } | null>(null)
/** `resource/command` of what runs now. */
export const running = reactive(new Set<string>())

const icons: Record<string, IconName> = { 'resource-start': 'play', 'resource-stop': 'stop', 'resource-restart': 'restart', 'resource-rebuild': 'build' }
export const iconOf = (command: Command): IconName => icons[command.name] ?? 'right'
/** The commands that have a button in the table. */
export const quick = (resource: Resource) => resource.commands.filter(c => c.enabled && ['resource-start', 'resource-stop', 'resource-restart'].includes(c.name))

export function ask(resource: Resource, command: Command) {
  if (command.confirmation) asking.value = { resource, command }
  else void run(resource, command)
}

export async function run(resource: Resource, command: Command) {
  const key = `${resource.name}/${command.name}`
  if (running.has(key)) return
  running.add(key)
  try {
    await call(`/api/resources/${encodeURIComponent(resource.name)}/commands/${encodeURIComponent(command.name)}`, { method: 'POST' })
    toast(`${command.displayName}: ${resource.name}`)
  } catch (error) {
    toastError(error)
  } finally {
    running.delete(key)
  }
}

/** Where a resource's signals are shown. */
export function signals(resource: Resource) {
  const telemetry = resource.telemetryName
  return [
    { text: 'Console logs', icon: 'console' as const, to: { path: `/console/${resource.name}` } },
    ...(telemetry ? [
      { text: 'Structured logs', icon: 'logs' as const, to: { path: '/logs', query: { resource: telemetry } } },
      { text: 'Traces', icon: 'traces' as const, to: { path: '/traces', query: { resource: telemetry } } },
      { text: 'Metrics', icon: 'metrics' as const, to: { path: '/metrics', query: { resource: telemetry } } },
    ] : []),
  ]
}
