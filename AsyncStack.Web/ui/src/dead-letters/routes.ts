import type { RouteRecordRaw } from 'vue-router'

export const deadLetterRoutes: RouteRecordRaw[] = [
  { path: '/dead-letters', component: () => import('./DeadLettersPage.vue'), meta: { title: 'Dead letters' } },
]
