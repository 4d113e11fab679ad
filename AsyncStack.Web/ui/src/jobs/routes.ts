import type { RouteRecordRaw } from 'vue-router'

export const jobRoutes: RouteRecordRaw[] = [
  { path: '/jobs', component: () => import('./JobsPage.vue'), meta: { title: 'Jobs' } },
  { path: '/jobs/by-correlation/:correlationId', component: () => import('./ByCorrelation.vue'), meta: { title: 'Job' } },
  { path: '/jobs/:id', component: () => import('./JobPage.vue'), meta: { title: 'Job' } },
]
