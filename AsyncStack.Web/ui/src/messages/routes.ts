import type { RouteRecordRaw } from 'vue-router'

export const messageRoutes: RouteRecordRaw[] = [
  { path: '/messages', component: () => import('./MessagesPage.vue'), meta: { title: 'Messages' } },
]
