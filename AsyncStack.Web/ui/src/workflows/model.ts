import type { Schema } from '../api/client'

export type WorkflowSummary = Schema<'WorkflowSummary'>
export type WorkflowView = Schema<'WorkflowView'>
export type Run = Schema<'RunSummary'>
export type RunView = Schema<'RunView'>
export type StepView = Schema<'StepView'>
export type StepSummary = Schema<'StepSummary'>
export type StepJob = Schema<'StepJobView'>
export type LogLine = Schema<'StepLogView'>
export type Schedule = Schema<'ScheduleView'>
export type Backfill = Schema<'BackfillView'>

export const runStates = ['queued', 'running', 'completed', 'failed', 'canceled'] as const
export const runEnded = (state: string) => state === 'completed' || state === 'failed' || state === 'canceled'
export const stepEnded = (state: string) => state !== 'waiting' && state !== 'running'
/** What makes a step stand for attention: it did not do its work and something was wrong. */
export const stepWrong = (state: string) => state === 'failed' || state === 'upstream_failed' || state === 'canceled'

/** How long something took, or has taken so far, in microseconds; null before it began. */
export function took(of: { started_at?: string | null; finished_at?: string | null }, now: number): number | null {
  if (!of.started_at) return null
  const end = of.finished_at ? Date.parse(of.finished_at) : now
  return Math.max(0, end - Date.parse(of.started_at)) * 1000
}

/** The run with a step as it is now; the same run when it has no such step. */
export function withStep(run: RunView, step: StepSummary): RunView {
  return run.steps.some(s => s.id === step.id) ? { ...run, steps: run.steps.map(s => (s.id === step.id ? { ...s, ...step } : s)) } : run
}

/** The run as a summary of it says it is now. */
export const withRun = (run: RunView, now: Run): RunView => ({ ...run, ...now })

/** Of a step with many jobs how many have completed, such as 3/10; nothing for a single one. */
export function portion(step: { total?: number | null; completed: number }): string {
  return step.total === null || step.total === undefined || step.total === 1 ? '' : `${step.completed}/${step.total}`
}
