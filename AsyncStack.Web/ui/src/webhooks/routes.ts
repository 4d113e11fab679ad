import type { RouteRecordRaw } from 'vue-router'

export const webhookRoutes: RouteRecordRaw[] = [
  { path: '/webhooks', redirect: '/webhooks/deliveries' },
  { path: '/webhooks/deliveries', component: () => import('./DeliveriesPage.vue'), meta: { title: 'Webhooks' } },
  { path: '/webhooks/deliveries/:id', redirect: to => ({ path: '/webhooks/deliveries', query: { open: String(to.params.id) } }) },
  { path: '/webhooks/endpoints', component: () => import('./EndpointsPage.vue'), meta: { title: 'Webhook endpoints' } },
  { path: '/webhooks/inbox', component: () => import('./InboxPage.vue'), meta: { title: 'Webhook inbox' } },
]
