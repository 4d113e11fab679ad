import type { RouteRecordRaw } from 'vue-router'

export const webhookRoutes: RouteRecordRaw[] = [
  { path: '/webhooks', component: () => import('./WebhooksPage.vue'), meta: { title: 'Webhooks' } },
]
