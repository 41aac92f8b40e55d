import type { Context } from '../actions/context.ts'

/** Information about a job's run. */
export type JobRun = {
  /** The number of the attempt, from 1. */
  readonly attempt: number
  /** Aborted when the server is stopping and will not wait any longer. */
  readonly signal: AbortSignal
}

/** Runs a queued job; if it throws, the queue retries later. */
export type Job = (context: Context, payload: Readonly<Record<string, unknown>>, run: JobRun) => Promise<void>
