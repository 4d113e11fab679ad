import type { IconName } from '@asyncstack/ui-kit'

export interface Area { path: string; title: string; key: string; icon: IconName; group: string }

/** The areas of the navigation in its order; each is a folder of `src`. */
export const areas: Area[] = [
  { path: '/overview', title: 'Overview', key: 'o', icon: 'metrics', group: '' },
  { path: '/submit', title: 'Submit', key: 's', icon: 'plus', group: '' },
  { path: '/jobs', title: 'Jobs', key: 'j', icon: 'job', group: 'Work' },
  { path: '/datasets', title: 'Datasets', key: 'd', icon: 'table', group: 'Work' },
  { path: '/workflows', title: 'Workflows', key: 'w', icon: 'graph', group: 'Work' },
  { path: '/webhooks', title: 'Webhooks', key: 'h', icon: 'send', group: 'Callbacks' },
  { path: '/resources', title: 'Resources', key: 'r', icon: 'resources', group: 'Records' },
  { path: '/tasks', title: 'Tasks', key: 't', icon: 'task', group: 'Records' },
  { path: '/messages', title: 'Messages', key: 'm', icon: 'message', group: 'Records' },
  { path: '/events', title: 'Events', key: 'e', icon: 'bolt', group: 'Records' },
  { path: '/queues', title: 'Queues and workers', key: 'q', icon: 'queue', group: 'Operations' },
  { path: '/dead-letters', title: 'Dead letters', key: 'x', icon: 'archive', group: 'Operations' },
  { path: '/audit', title: 'Audit', key: 'a', icon: 'logs', group: 'Operations' },
]

/** The four that a phone's bar has room for; the rest is behind "More". */
export const onPhone = ['/overview', '/submit', '/jobs', '/datasets']

export const isAt = (at: string, path: string) => at === path || at.startsWith(`${path}/`)
