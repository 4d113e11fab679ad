import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import type { IconName } from '@asyncstack/ui-kit'
import { keepSession } from './session'

export const pages: { path: string; title: string; short: string; key: string; icon: IconName }[] = [
  { path: '/resources', title: 'Resources', short: 'Resources', key: 'r', icon: 'resources' },
  { path: '/console', title: 'Console logs', short: 'Console', key: 'c', icon: 'console' },
  { path: '/logs', title: 'Structured logs', short: 'Logs', key: 'l', icon: 'logs' },
  { path: '/traces', title: 'Traces', short: 'Traces', key: 't', icon: 'traces' },
  { path: '/metrics', title: 'Metrics', short: 'Metrics', key: 'm', icon: 'metrics' },
]

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: to => ({ path: '/resources', query: to.query }) },
  { path: '/resources', component: () => import('../resources/ResourcesPage.vue'), meta: { title: 'Resources' } },
  { path: '/console/:name?', component: () => import('../console/ConsolePage.vue'), meta: { title: 'Console logs' } },
  { path: '/logs', component: () => import('../logs/LogsPage.vue'), meta: { title: 'Structured logs' } },
  { path: '/traces', component: () => import('../traces/TracesPage.vue'), meta: { title: 'Traces' } },
  { path: '/traces/:traceId', component: () => import('../traces/TracePage.vue'), meta: { title: 'Trace' } },
  { path: '/metrics', component: () => import('../metrics/MetricsPage.vue'), meta: { title: 'Metrics' } },
  { path: '/:rest(.*)*', component: () => import('./NotFound.vue'), meta: { title: 'Not found' } },
]

export const router = createRouter({ history: createWebHistory(), routes })
keepSession(router)
