import { shallowRef, watch } from 'vue'
import { stats } from '../app/live'
import { pointOf, type Point } from './figures'

const kept = 150

/** How it stood in the last minutes, since this tab is open. */
export const points = shallowRef<Point[]>([])
watch(stats, now => { if (now) points.value = [...points.value.slice(1 - kept), pointOf(now, Date.now())] }, { immediate: true })
