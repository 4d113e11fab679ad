import type { RouteRecordRaw } from 'vue-router'

// A workflow's views are a parameter, since a workflow may have any name.
export const workflowRoutes: RouteRecordRaw[] = [
  { path: '/workflows', component: () => import('./WorkflowsPage.vue'), meta: { title: 'Workflows' } },
  { path: '/workflows/runs/:id', component: () => import('./RunPage.vue'), meta: { title: 'Run' } },
  { path: '/workflows/:name', component: () => import('./WorkflowPage.vue'), meta: { title: 'Workflow' } },
]
