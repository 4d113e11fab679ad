import { onScopeDispose } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate, type RouteLocationNormalized } from 'vue-router'
import { confirm } from './confirm'

/** Asks before something typed is lost by going elsewhere; `stays` says which addresses keep it. */
export function useUnsaved(changed: () => boolean, stays: (to: RouteLocationNormalized) => boolean) {
  const guard = (to: RouteLocationNormalized) =>
    stays(to) || !changed() || confirm({ title: 'Leave without saving?', text: 'What you typed here is not saved and would be lost.', action: 'Leave', danger: true })
  onBeforeRouteLeave(guard)
  onBeforeRouteUpdate(guard)
  const unload = (event: BeforeUnloadEvent) => { if (changed()) event.preventDefault() }
  addEventListener('beforeunload', unload)
  onScopeDispose(() => removeEventListener('beforeunload', unload))
}
