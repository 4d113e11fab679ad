import type { RouteRecordRaw } from 'vue-router'

export const overviewRoutes: RouteRecordRaw[] = [
  { path: '/overview', component: () => import('./OverviewPage.vue'), meta: { title: 'Overview' } },
]
