import type { RouteRecordRaw } from 'vue-router'

export const queueRoutes: RouteRecordRaw[] = [
  { path: '/queues', component: () => import('./QueuesPage.vue'), meta: { title: 'Queues and workers' } },
]
