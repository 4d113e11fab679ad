import type { Severity } from '../app/types'

export const severities: Severity[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']
export const severityName: Record<Severity, string> = { trace: 'Trace', debug: 'Debug', info: 'Information', warn: 'Warning', error: 'Error', fatal: 'Critical' }
export const severityShort: Record<Severity, string> = { trace: 'TRC', debug: 'DBG', info: 'INF', warn: 'WRN', error: 'ERR', fatal: 'CRT' }
export const tone = (s: Severity) => ({ trace: 'muted', debug: 'muted', info: 'info', warn: 'warn', error: 'error', fatal: 'error' })[s]
