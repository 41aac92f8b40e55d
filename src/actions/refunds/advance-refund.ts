import { addMs, HOUR_MS, type Instant } from '../../core/calendar/instant.ts'
import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import type { GatewayError, ProviderRefund, RefundOrder, RefundOutcome } from '../../core/payments/gateway.ts'
import { LEASE_MS, nextLookAfter, nextTryAfter, putOff } from '../../core/payments/next-look.ts'
import { findCreditNote } from '../../store/credit-notes.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem, scheduleItem } from '../../store/due-items.ts'
import { enqueueRefund } from '../../store/payment-jobs.ts'
import { type PaymentProviderRow, readProvider } from '../../store/payment-providers.ts'
import { findPayments, type PaymentRow } from '../../store/payments.ts'
import { findRefund, lockRefund, type RefundRow, updateRefund } from '../../store/refunds.ts'
import { inTransaction } from '../../store/transaction.ts'
import { json, ts, tsOrNull } from '../../store/values.ts'
import { type Caller, type Context, presentCaller } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { askProvider, orderFromProvider } from '../payments/provider-calls.ts'
import { followRefund } from './follow-refund.ts'
import { endReviewOfRefunded } from './review-refunded.ts'

type Facts = {
  readonly caller: Caller
  readonly refund: RefundRow
  readonly payment: PaymentRow
  readonly provider: PaymentProviderRow
}

type Step = { readonly kind: 'nothing' } | { readonly kind: 'send' | 'look'; readonly facts: Facts }

/** How long a refund waits for the id of its payment, which a message brings. */
const NO_ID_PAUSE_MS = HOUR_MS
const SHOWN_AFTER_MS = 10 * 60_000
const LOOKS_APART_MS = 5 * 60_000
const NOT_ACTIVE_PAUSE_MS = 5 * 60_000

/**
 * The next step of a refund: it is sent, or looked for, as a payment is. Nothing but an answer or proof of absence
 * makes it fail, and it is never sent under a second key while the first may have been taken.
 */
export async function advanceRefund(
  context: Context,
  { organizationId, refundId }: { readonly organizationId: string; readonly refundId: string },
): Promise<void> {
  const step = await inTransaction(context.database, organizationId, (tx) => nextStep(context, tx, refundId))
  if (step.kind === 'send') await send(context, step.facts)
  if (step.kind === 'look') await look(context, step.facts)
}

/** Due work: has a refund sent, or looked at. */
export const attendRefund: DueAction = async (_context, tx, caller, refundId) => {
  await enqueueRefund(tx, { organizationId: caller.organizationId, refundId })
}

async function readFacts(context: Context, tx: Tx, refundId: string): Promise<Facts | undefined> {
  const found = await findRefund(tx, refundId)
  const [payment] = found ? await findPayments(tx, [found.paymentId]) : []
  if (!payment) return undefined
  await lockCustomerById(tx, payment.customerId)
  const [caller, refund, provider] = await Promise.all([
    presentCaller(context, tx, payment.organizationId),
    lockRefund(tx, refundId),
    readProvider(tx, payment.paymentProviderId ?? ''),
  ])
  return { caller, refund, payment, provider }
}

async function nextStep(context: Context, tx: Tx, refundId: string): Promise<Step> {
  const facts = await readFacts(context, tx, refundId)
  if (!facts) return { kind: 'nothing' }
  const { refund, caller, provider, payment } = facts
  const { now } = caller
  if (refund.state === 'sending' && refund.leaseUntil !== null && now < refund.leaseUntil)
    return { kind: 'nothing' }
  const isDue = refund.nextLookAt === null || refund.nextLookAt <= now
  if (refund.state === 'pending' || refund.state === 'unknown')
    return isDue ? { kind: 'look', facts } : { kind: 'nothing' }
  if (refund.state === 'sending') return { kind: 'look', facts }
  if (refund.state !== 'created' || !isDue) return { kind: 'nothing' }
  if (payment.state === 'failed') {
    await fail(tx, facts, TAKEN_BACK)
    return { kind: 'nothing' }
  }
  if (provider.state !== 'active') {
    await later(tx, facts, addMs(now, NOT_ACTIVE_PAUSE_MS))
    return { kind: 'nothing' }
  }
  if (payment.providerPaymentId === null && payment.origin === 'page') {
    await later(tx, facts, addMs(now, NO_ID_PAUSE_MS))
    return { kind: 'nothing' }
  }
  return claim(context, tx, facts)
}

/** Money that its bank has taken back before the refund was sent cannot go back again. */
const TAKEN_BACK: GatewayError = {
  class: 'late_failure',
  code: 'late_failure',
  message: 'the money of the payment was taken back before',
}

async function fail(tx: Tx, { refund, caller }: Facts, error: GatewayError): Promise<void> {
  const failed = await updateRefund(tx, refund.id, {
    state: 'failed',
    error: json(JSON.parse(JSON.stringify(error))),
    nextLookAt: null,
    updatedAt: ts(caller.now),
  })
  await end(tx, caller, failed)
}

async function claim(context: Context, tx: Tx, facts: Facts): Promise<Step> {
  const { refund, caller } = facts
  const leaseUntil = addMs(caller.now, LEASE_MS)
  await updateRefund(tx, refund.id, {
    state: 'sending',
    firstSentAt: ts(refund.firstSentAt ?? caller.now),
    firstCalledAt: ts(refund.firstCalledAt ?? context.systemNow()),
    lastSentAt: ts(caller.now),
    mayHaveArrived: refund.mayHaveArrived || refund.state !== 'created',
    absentSince: null,
    leaseUntil: ts(leaseUntil),
    updatedAt: ts(caller.now),
  })
  await later(tx, facts, leaseUntil)
  return { kind: 'send', facts }
}

async function later(tx: Tx, { caller, refund }: Facts, dueAt: Instant): Promise<void> {
  await updateRefund(tx, refund.id, { nextLookAt: ts(dueAt) })
  await scheduleItem(tx, caller.organizationId, { kind: 'refund_attention', subjectId: refund.id, dueAt })
}

async function send(context: Context, facts: Facts): Promise<void> {
  const { refund, payment, provider } = facts
  const order = await orderOf(context, facts)
  const { connection, gateway } = openConnection(context, provider)
  const about = aboutOf(facts, 'refund', order.idempotencyKey)
  const outcome = await orderFromProvider(context, about, () =>
    payment.providerPaymentId === null
      ? Promise.resolve({ kind: 'refused', error: NO_PAYMENT } as const)
      : gateway.refund(connection, order),
  )
  await inTransaction(context.database, refund.organizationId, async (tx) => {
    const present = await readFacts(context, tx, refund.id)
    if (present) await learnOutcome(tx, present, outcome)
  })
}

const NO_PAYMENT: GatewayError = {
  class: 'invalid_request',
  code: 'no_payment',
  message: 'the payment has no id at the provider',
}

async function learnOutcome(tx: Tx, facts: Facts, outcome: RefundOutcome): Promise<void> {
  const { refund, caller } = facts
  if (outcome.kind === 'known') return tellRefund(tx, caller, refund, outcome.payment)
  if (refund.state !== 'sending') return
  const error = json(JSON.parse(JSON.stringify(outcome.error)))
  const updatedAt = ts(caller.now)
  if (outcome.kind === 'refused') return fail(tx, facts, outcome.error)
  if (outcome.kind === 'not_sent' && !refund.mayHaveArrived) {
    const tries = refund.tries + 1
    await updateRefund(tx, refund.id, { state: 'created', tries, error, leaseUntil: null, updatedAt })
    return later(tx, facts, nextTryAfter(tries, outcome.retryAfterMs, caller.now))
  }
  await updateRefund(tx, refund.id, { state: 'unknown', error, leaseUntil: null, updatedAt })
  const next = nextLookAfter('unknown', refund.looks, 'card', caller.now) ?? caller.now
  const retryAfterMs = outcome.kind === 'not_sent' ? outcome.retryAfterMs : null
  await later(tx, facts, putOff(next, retryAfterMs, caller.now))
}

/**
 * What a provider says of a refund, in an answer, a message or a look. A refund that failed after it had succeeded has
 * failed. The caller has locked the customer and the refund.
 */
export async function tellRefund(
  tx: Tx,
  caller: Caller,
  refund: RefundRow,
  said: ProviderRefund,
): Promise<void> {
  const isOurs = said.money.cents === refund.amountCents && said.money.currency === refund.amountCurrency
  const isLate = refund.state === 'failed' || (refund.state === 'succeeded' && said.state !== 'failed')
  if (!isOurs || isLate || refund.state === said.state) return
  const nextAt = said.state === 'pending' ? nextLookAfter('processing', 0, 'sepa_debit', caller.now) : null
  const told = await updateRefund(tx, refund.id, {
    state: said.state,
    providerRefundId: said.providerRefundId,
    leaseUntil: null,
    nextLookAt: tsOrNull(nextAt),
    updatedAt: ts(caller.now),
  })
  if (nextAt === null) return end(tx, caller, told)
  const item = { kind: 'refund_attention', subjectId: refund.id, dueAt: nextAt } as const
  await scheduleItem(tx, caller.organizationId, item)
  await followRefund(tx, caller, told)
}

async function end(tx: Tx, caller: Caller, refund: RefundRow): Promise<void> {
  await cancelItem(tx, 'refund_attention', refund.id)
  await followRefund(tx, caller, refund)
  await endReviewOfRefunded(tx, refund)
}

async function look(context: Context, facts: Facts): Promise<void> {
  const { refund, payment, provider } = facts
  const { connection, gateway } = openConnection(context, provider)
  const { findRefund: findThere } = gateway
  const query = { refundId: refund.id, providerPaymentId: payment.providerPaymentId ?? '' }
  const answer = findThere
    ? await askProvider(context, aboutOf(facts, 'look_at_refund', null), () => findThere(connection, query))
    : null
  const next = await inTransaction(context.database, refund.organizationId, async (tx) => {
    const present = await readFacts(context, tx, refund.id)
    if (!present) return undefined
    // What was accepted is not sent again: a message tells how it ends.
    if (answer === null)
      return present.refund.state === 'pending' ? wait(tx, present) : again(context, tx, present)
    const [found] = answer.ok ? answer.value.items : []
    if (found) {
      await tellRefund(tx, present.caller, present.refund, found)
      if (found.state === 'pending') await wait(tx, present)
      return undefined
    }
    return answer.ok && answer.value.isComplete ? absent(context, tx, present) : wait(tx, present)
  })
  if (next) await send(context, next)
}

async function wait(tx: Tx, facts: Facts): Promise<undefined> {
  const { refund, caller } = facts
  const looks = refund.looks + 1
  const isPending = refund.state === 'pending'
  await updateRefund(tx, refund.id, { looks, ...(isPending ? {} : { state: 'unknown', leaseUntil: null }) })
  const dueAt = nextLookAfter(isPending ? 'processing' : 'unknown', looks, 'sepa_debit', caller.now)
  await later(tx, facts, dueAt ?? caller.now)
  return undefined
}

/** A refund whose outcome nobody knows is sent again while its key protects it, and waits for a message after that. */
async function again(context: Context, tx: Tx, facts: Facts): Promise<Facts | undefined> {
  const { refund } = facts
  if (!isProtected(context, facts)) return wait(tx, facts)
  const { kind } = await claim(context, tx, facts)
  await updateRefund(tx, refund.id, { looks: refund.looks + 1 })
  return kind === 'send' ? facts : undefined
}

/** By the clock of the organization and by that of the system: the provider's keys live in real time. */
function isProtected(context: Context, { refund, caller, provider }: Facts): boolean {
  const { replayWithinMs } = traitsOf(provider.providerType)
  const isWithin = (since: Instant | null, at: Instant) => since === null || at < addMs(since, replayWithinMs)
  return (
    provider.state === 'active' &&
    isWithin(refund.firstSentAt, caller.now) &&
    isWithin(refund.firstCalledAt, context.systemNow())
  )
}

/** The provider has no such refund: it is sent again while its key protects it, and has failed once that is proven. */
async function absent(context: Context, tx: Tx, facts: Facts): Promise<Facts | undefined> {
  const { refund, caller } = facts
  const { now } = caller
  if (isProtected(context, facts)) return again(context, tx, facts)
  if (refund.lastSentAt !== null && now < addMs(refund.lastSentAt, SHOWN_AFTER_MS)) return wait(tx, facts)
  if (refund.absentSince === null || now < addMs(refund.absentSince, LOOKS_APART_MS)) {
    await updateRefund(tx, refund.id, { absentSince: ts(refund.absentSince ?? now) })
    return wait(tx, facts)
  }
  await fail(tx, facts, NEVER_ARRIVED)
  return undefined
}

const NEVER_ARRIVED: GatewayError = {
  class: 'outcome_absent',
  code: null,
  message: 'the refund never arrived at the provider',
}

function aboutOf({ refund, provider }: Facts, call: string, idempotencyKey: string | null) {
  const { organizationId, id: subjectId } = refund
  return { organizationId, providerId: provider.id, subjectId, call, idempotencyKey }
}

/** Reasons of credit notes in the words of the providers; the others say nothing to them. */
const REASONS: Readonly<Record<string, RefundOrder['reason']>> = {
  duplicated_charge: 'duplicate',
  product_unsatisfactory: 'requested_by_customer',
  order_change: 'requested_by_customer',
  order_cancellation: 'requested_by_customer',
  fraudulent_charge: 'fraudulent',
}

async function orderOf({ database }: Context, { refund, payment }: Facts): Promise<RefundOrder> {
  const { creditNoteId } = refund
  const note =
    creditNoteId === null
      ? undefined
      : await database.read(refund.organizationId, (reads) => findCreditNote(reads, creditNoteId))
  return {
    refundId: refund.id,
    idempotencyKey: refund.idempotencyKey,
    providerPaymentId: payment.providerPaymentId ?? '',
    money: { cents: refund.amountCents, currency: refund.amountCurrency },
    reason: note ? (REASONS[note.reason] ?? null) : refund.reason === 'duplicate' ? 'duplicate' : null,
    metadata: {
      lago_refund_id: refund.id,
      lago_customer_id: payment.customerId,
      ...(creditNoteId === null ? {} : { lago_credit_note_id: creditNoteId }),
      ...(payment.invoiceId === null ? {} : { lago_invoice_id: payment.invoiceId }),
    },
  }
}
