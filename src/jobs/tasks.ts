import type { Context } from '../actions/context.ts'
import { dropOldWebhooks } from '../actions/webhooks/drop-old-webhooks.ts'
import { deliverWebhookJob } from './deliver-webhook.ts'

/** What a job is told of the run that it is part of. */
export type JobRun = {
  /** The queue gives up after this try if it fails. */
  readonly isLastTry: boolean
  /** Aborts when the server stops and does not want to wait longer. */
  readonly signal: AbortSignal
}

/** Does a queued thing; throwing makes the queue try again later. */
export type Job = (context: Context, payload: Readonly<Record<string, unknown>>, run: JobRun) => Promise<void>

/** Every task of the queue, by the name under which it is queued. */
export const tasks: Readonly<Record<string, Job>> = {
  deliver_webhook: deliverWebhookJob,
  drop_old_webhooks: async (context) => {
    await dropOldWebhooks(context)
  },
}

/** Tasks that the clock starts, in the form of cron; times are UTC. */
export const schedule: readonly { readonly task: string; readonly match: string }[] = [
  { task: 'drop_old_webhooks', match: '23 3 * * *' },
]
