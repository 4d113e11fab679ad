import type { RouteRecordRaw } from 'vue-router'

export const workflowRoutes: RouteRecordRaw[] = [
  { path: '/workflows', component: () => import('./WorkflowsPage.vue'), meta: { title: 'Workflows' } },
]
