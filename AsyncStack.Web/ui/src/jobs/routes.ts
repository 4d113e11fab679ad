import type { RouteRecordRaw } from 'vue-router'

export const jobRoutes: RouteRecordRaw[] = [
  { path: '/jobs', component: () => import('./JobsPage.vue'), meta: { title: 'Jobs' } },
]
