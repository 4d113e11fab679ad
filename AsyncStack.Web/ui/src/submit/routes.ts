import type { RouteRecordRaw } from 'vue-router'

export const submitRoutes: RouteRecordRaw[] = [
  { path: '/submit', component: () => import('./SubmitPage.vue'), meta: { title: 'Submit' } },
]
