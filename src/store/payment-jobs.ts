import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Tx } from './database.ts'
import { scheduleItems } from './due-items.ts'

/** The queue's own retries span three days; everything else is retried by due items, at the organization's time. */
const TRIES_MAX = 25
/** Marks jobs that may wait long for a provider, so that they never take all workers. */
const FLAGS = ['payments']

/** Jobs that talk with a payment provider, and whose id names what they are about. */
export type ProviderJob = 'probe_payment_provider' | 'register_provider_inbox' | 'sweep_provider_messages'

/** Queues work on a connection, once. */
export async function enqueueProviderJob(
  tx: Tx,
  task: ProviderJob,
  payload: { readonly organizationId: string; readonly providerId: string },
): Promise<void> {
  await enqueue(tx, task, payload, `${task}:${payload.providerId}`)
}

/** Queues the next step of a payment: to send it, or to find out about it. */
export async function enqueuePayment(
  tx: Tx,
  payload: { readonly organizationId: string; readonly paymentId: string },
): Promise<void> {
  await enqueue(tx, 'advance_payment', payload, `payment:${payload.paymentId}`)
}

/** Queues the end of a payment whose money is not wanted any more. */
export async function enqueueCancel(
  tx: Tx,
  payload: { readonly organizationId: string; readonly paymentId: string },
): Promise<void> {
  await enqueue(tx, 'cancel_payment', payload, `cancel:${payload.paymentId}`)
}

/** Queues that a provider is told the number of an invoice that was open when it was charged. */
export async function enqueueDescription(
  tx: Tx,
  payload: { readonly organizationId: string; readonly paymentId: string },
): Promise<void> {
  await enqueue(tx, 'describe_payment', payload, `describe:${payload.paymentId}`)
}

/** Queues the next step of a refund. */
export async function enqueueRefund(
  tx: Tx,
  payload: { readonly organizationId: string; readonly refundId: string },
): Promise<void> {
  await enqueue(tx, 'advance_refund', payload, `refund:${payload.refundId}`)
}

/** Queues what messages of a provider change, in one statement. */
export async function enqueueMessages(
  tx: Tx,
  organizationId: string,
  messageIds: readonly string[],
): Promise<void> {
  if (messageIds.length === 0) return
  const jobs = messageIds.map((messageId) => ({
    payload: { organizationId, messageId },
    key: `message:${messageId}`,
    flags: FLAGS,
  }))
  await sql`select weir_enqueue_jobs('handle_provider_message', ${JSON.stringify(jobs)}::json,
    ${TRIES_MAX}::int)`.execute(tx)
}

/** Queues the end of a page that is not to be paid any more. */
export async function enqueuePageClosing(
  tx: Tx,
  payload: { readonly organizationId: string; readonly pageId: string },
): Promise<void> {
  await enqueue(tx, 'close_payment_page', payload, `page:${payload.pageId}`)
}

/** Queues a look at a page that may have been paid on. */
export async function enqueuePageLook(
  tx: Tx,
  payload: { readonly organizationId: string; readonly pageId: string },
): Promise<void> {
  await enqueue(tx, 'look_at_payment_page', payload, `look:${payload.pageId}`)
}

/** Queues a question to the provider for a method of a customer who was to be charged and has none. */
export async function enqueueMethodSearch(
  tx: Tx,
  payload: { readonly organizationId: string; readonly linkId: string },
): Promise<void> {
  await enqueue(tx, 'look_for_methods', payload, `methods:${payload.linkId}`)
}

/** Queues what a provider is to forget: a method that was discarded here. */
export async function enqueueDetaching(
  tx: Tx,
  payload: { readonly organizationId: string; readonly methodId: string },
): Promise<void> {
  await enqueue(tx, 'detach_payment_method', payload, `detach:${payload.methodId}`)
}

async function enqueue(tx: Tx, task: string, payload: object, key: string): Promise<void> {
  await sql`select weir_enqueue(${task}, ${JSON.stringify(payload)}::json, ${key}, ${TRIES_MAX}::int,
    ${FLAGS}::text[])`.execute(tx)
}

/** Makes the payments that wait for a connection due now. */
export async function releaseWaiting(
  tx: Tx,
  organizationId: string,
  providerId: string,
  now: Instant,
): Promise<void> {
  // Whatever they waited for beside the connection is asked again.
  const waiting = await tx
    .updateTable('payments')
    .set({ nextLookAt: null })
    .where('paymentProviderId', '=', providerId)
    .where('state', '=', 'created')
    .returning('id')
    .execute()
  const items = waiting.map(({ id }) => ({ kind: 'payment_attention' as const, subjectId: id, dueAt: now }))
  await scheduleItems(tx, organizationId, items)
}
