import type { RouteRecordRaw } from 'vue-router'

export const resourceRoutes: RouteRecordRaw[] = [
  { path: '/resources', component: () => import('./ResourcesPage.vue'), meta: { title: 'Resources' } },
  { path: '/resources/:id', redirect: to => ({ path: '/resources', query: { open: String(to.params.id) } }) },
]
