import type { RouteRecordRaw } from 'vue-router'

export const datasetRoutes: RouteRecordRaw[] = [
  { path: '/datasets', component: () => import('./DatasetsPage.vue'), meta: { title: 'Datasets' } },
  { path: '/datasets/:id', component: () => import('./DatasetPage.vue'), meta: { title: 'Dataset' } },
]
