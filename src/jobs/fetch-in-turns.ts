import type { Job, WorkerEvents } from 'graphile-worker'
import { type SharedDelivery, VIES_ENDPOINT } from '../core/webhooks/delivery-flags.ts'
import { WebhookShares } from './webhook-shares.ts'

const RENDERING = 'render_documents'
const RENDERING_FLAG = 'documents'
/** A billing run queues thousands of documents; a quarter of the slots render, so that webhooks go out meanwhile. */
const RENDERING_SHARE = 4
/** Jobs that wait for payment providers, which may take a minute each: half of the slots at most. */
const PAYMENTS_FLAG = 'payments'

/**
 * Makes the workers of a queue fetch their next job one at a time, each knowing what the previous one took: two
 * fetching at once could both take a job when only one more is allowed. Returns the queue's `forbiddenFlags`.
 *
 * @param now a monotonic clock in ms
 */
export function fetchInTurns(
  events: WorkerEvents,
  slots: number,
  now: () => number,
): () => Promise<string[]> {
  const shares = new WebhookShares(slots)
  const renderingMax = Math.max(1, Math.floor(slots / RENDERING_SHARE))
  const payingMax = Math.max(1, Math.floor(slots / 2))
  let rendering = 0
  let paying = 0
  const begun = new Map<string, number>()
  const turn = new Turn()
  const end = () => turn.end()
  events.on('worker:getJob:empty', end)
  events.on('worker:getJob:error', end)
  events.on('job:start', ({ job }) => {
    const delivery = deliveryOf(job)
    if (delivery) {
      begun.set(job.id, now())
      shares.begin(delivery)
    }
    if (job.task_identifier === RENDERING) rendering += 1
    if (isPayment(job)) paying += 1
    turn.end()
  })
  events.on('job:complete', ({ job }) => {
    if (job.task_identifier === RENDERING) rendering -= 1
    if (isPayment(job)) paying -= 1
    const delivery = deliveryOf(job)
    const beganAt = begun.get(job.id)
    if (!delivery || beganAt === undefined) return
    begun.delete(job.id)
    shares.end(delivery, now() - beganAt)
  })
  return async () => {
    await turn.begin()
    return [
      ...shares.usedUp(),
      ...(rendering < renderingMax ? [] : [RENDERING_FLAG]),
      ...(paying < payingMax ? [] : [PAYMENTS_FLAG]),
    ]
  }
}

function isPayment({ flags }: Job): boolean {
  return flags !== null && Object.hasOwn(flags, PAYMENTS_FLAG)
}

/**
 * Jobs of other tasks, or queued without an organization and endpoint, do not count against a share. All checks of VAT
 * numbers count as one endpoint, so that an outage of VIES does not hold up webhooks.
 */
function deliveryOf({ task_identifier: task, payload }: Job): SharedDelivery | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined
  const { organizationId, endpointId } = payload as Readonly<Record<string, unknown>>
  const receiver =
    task === 'check_vat_number' ? VIES_ENDPOINT : task === 'deliver_webhook' ? endpointId : undefined
  if (typeof organizationId !== 'string' || typeof receiver !== 'string') return undefined
  return { organizationId, endpointId: receiver }
}

/** A mutex that admits callers in order. */
class Turn {
  private readonly waiting: (() => void)[] = []
  private isTaken = false

  begin(): Promise<void> {
    if (!this.isTaken) {
      this.isTaken = true
      return Promise.resolve()
    }
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  end(): void {
    const next = this.waiting.shift()
    if (next) next()
    else this.isTaken = false
  }
}
