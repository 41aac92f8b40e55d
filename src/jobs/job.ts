import type { Context } from '../actions/context.ts'

/** What a job is told of the run that it is part of. */
export type JobRun = {
  /** Which try it is, from 1. */
  readonly attempt: number
  /** Aborts when the server stops and does not want to wait longer. */
  readonly signal: AbortSignal
}

/** Does a queued thing; throwing makes the queue try again later. */
export type Job = (context: Context, payload: Readonly<Record<string, unknown>>, run: JobRun) => Promise<void>
