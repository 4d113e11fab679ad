import type { RouteRecordRaw } from 'vue-router'

export const eventRoutes: RouteRecordRaw[] = [
  { path: '/events', component: () => import('./EventsPage.vue'), meta: { title: 'Events' } },
]
