import { createApp } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { beforeEach, expect, test } from 'vitest'
import { useQuery, useQueryList } from './urlState'

let router: ReturnType<typeof create>
const create = () => createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: {} }] })
/** Does something and waits for the navigation that follows. */
const navigated = (action: () => void) => new Promise<void>(resolve => {
  const off = router.afterEach(() => {
    off()
    resolve()
  })
  action()
})
const inApp = <T>(use: () => T): T => createApp({}).use(router).runWithContext(use)

beforeEach(async () => {
  router = create()
  await router.push('/logs?severity=warn')
})

test('State is read from the address', () => expect(inApp(() => useQuery('severity')).value).toBe('warn'))
test('A change is written to the address and keeps the rest', async () => {
  const search = inApp(() => useQuery('search'))
  await navigated(() => { search.value = 'a b&c' })
  expect(router.currentRoute.value.query).toEqual({ severity: 'warn', search: 'a b&c' })
})
test('The default is not written', async () => {
  const severity = inApp(() => useQuery('severity', { default: 'info' }))
  await navigated(() => { severity.value = 'info' })
  expect(router.currentRoute.value.fullPath).toBe('/logs')
  expect(severity.value).toBe('info')
})
test('Changes of one turn are one step that the back button undoes', async () => {
  const [severity, resource, attributes] = inApp(() => [useQuery('severity', { push: true }), useQuery('resource'), useQueryList('attribute')] as const)
  await navigated(() => {
    severity.value = 'error'
    resource.value = 'api'
    attributes.value = ['a=1', 'b=2']
  })
  expect(router.currentRoute.value.query).toEqual({ severity: 'error', resource: 'api', attribute: ['a=1', 'b=2'] })
  await navigated(() => router.back())
  expect(router.currentRoute.value.query).toEqual({ severity: 'warn' })
})
test('A list of one is a list', async () => {
  await router.push('/logs?attribute=a%3D1')
  expect(inApp(() => useQueryList('attribute')).value).toEqual(['a=1'])
})
