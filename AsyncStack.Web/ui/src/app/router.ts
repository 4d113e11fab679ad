import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { toastError } from '@asyncstack/ui-kit'
import { auditRoutes } from '../audit/routes'
import { datasetRoutes } from '../datasets/routes'
import { deadLetterRoutes } from '../dead-letters/routes'
import { eventRoutes } from '../events/routes'
import { jobRoutes } from '../jobs/routes'
import { messageRoutes } from '../messages/routes'
import { overviewRoutes } from '../overview/routes'
import { queueRoutes } from '../queues/routes'
import { resourceRoutes } from '../resources/routes'
import { submitRoutes } from '../submit/routes'
import { taskRoutes } from '../tasks/routes'
import { webhookRoutes } from '../webhooks/routes'
import { workflowRoutes } from '../workflows/routes'

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/overview' },
  ...overviewRoutes, ...submitRoutes, ...datasetRoutes, ...jobRoutes, ...workflowRoutes, ...webhookRoutes, ...resourceRoutes,
  ...taskRoutes, ...messageRoutes, ...eventRoutes, ...queueRoutes, ...deadLetterRoutes, ...auditRoutes,
  { path: '/:rest(.*)*', component: () => import('./NotFound.vue'), meta: { title: 'Not found' } },
]

export const router = createRouter({ history: createWebHistory(import.meta.env.BASE_URL), routes })

// A page's script that is gone is of an older build: the document is loaded again, once.
router.onError((error, to) => {
  const key = 'asyncstack.reloaded'
  if (sessionStorage.getItem(key) === to.fullPath) return toastError(error)
  sessionStorage.setItem(key, to.fullPath)
  location.assign(router.resolve(to).href)
})
router.afterEach(() => sessionStorage.removeItem('asyncstack.reloaded'))
