import { createHash } from 'node:crypto'
import { addMs, type Instant } from '../../core/calendar/instant.ts'
import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import { paysByTransfer } from '../../core/payments/bank-transfer.ts'
import type { ChargeOrder, Found, GatewayAnswer, ProviderPayment } from '../../core/payments/gateway.ts'
import { GIVE_UP_AFTER_MS } from '../../core/payments/next-look.ts'
import { dueCents } from '../../core/payments/payment-input.ts'
import { type Evidence, mayReplay } from '../../core/payments/provider-payment.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { type InvoiceRow, lockInvoices } from '../../store/invoices.ts'
import { hasAnsweredCall, type TransitionCause } from '../../store/payment-calls.ts'
import { findMethod, type PaymentMethodRow } from '../../store/payment-methods.ts'
import { findActivePage, type PageRow } from '../../store/payment-pages.ts'
import { findLink, type LinkRow } from '../../store/payment-provider-customers.ts'
import { type PaymentProviderRow, readProvider } from '../../store/payment-providers.ts'
import { invoiceIdsOfRequest } from '../../store/payment-requests.ts'
import type { PaymentRow } from '../../store/payments.ts'
import { customerOfPayment, lockPayment, type Payable, updatePayment } from '../../store/provider-payments.ts'
import { together } from '../../store/together.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { type Caller, type Context, presentCaller } from '../context.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { applyEvidence, noteSilence } from './apply-evidence.ts'
import { orderOf } from './charge-order.ts'
import { closePage } from './close-page.ts'
import { lockedOf } from './lock-payment.ts'
import { askProvider, orderAndLearn } from './provider-calls.ts'

/** Everything about a payment that its next step depends on; all of it is locked. */
type Facts = {
  readonly payment: PaymentRow
  readonly payable: Payable
  readonly invoices: readonly InvoiceRow[]
  readonly provider: PaymentProviderRow
  readonly link: LinkRow
  readonly method: PaymentMethodRow | undefined
}

/** What to do next, outside of the transaction that decided it. */
type Step =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'again' }
  | { readonly kind: 'close_page'; readonly page: PageRow }
  | { readonly kind: 'charge'; readonly facts: Facts; readonly order: ChargeOrder }
  | { readonly kind: 'look'; readonly facts: Facts }
  | { readonly kind: 'cancel'; readonly facts: Facts; readonly reference: string }

/** A payment goes on in few steps: a lost worker, a look and a replay are the longest way. */
const STEPS_MAX = 6
const NOT_ACTIVE_PAUSE_MS = 5 * 60_000
/** How often a payment was tried to be sent before it can be given up. */
const TRIES_BEFORE_GIVING_UP = 20

/**
 * The next steps of a payment (docs/rules/provider-payments.md#finding-out): it is sent, looked for, or sent again with
 * the same key, each outside of any transaction and after its row says so. Runs after every change of the payment and
 * whenever it is due; doing it once more is harmless.
 */
export async function advancePayment(
  context: Context,
  job: { readonly organizationId: string; readonly paymentId: string; readonly isAskedFor?: boolean },
): Promise<void> {
  const { organizationId, paymentId } = job
  let isAskedFor = job.isAskedFor === true
  for (let n = 0; n < STEPS_MAX; n += 1) {
    const step = await inTransaction(context.database, organizationId, async (tx): Promise<Step> => {
      const [caller, facts] = await together(
        presentCaller(context, tx, organizationId),
        readFacts(tx, paymentId),
      )
      return facts ? nextStep(context, tx, caller, facts, isAskedFor) : { kind: 'nothing' }
    })
    if (step.kind === 'nothing') return
    if (step.kind === 'close_page') {
      const end = await closePage(context, organizationId, step.page.id)
      if (end !== 'over') return await waitForPage(context, organizationId, paymentId, end)
    }
    // What was sent is not looked for at once, but where somebody asks for it.
    if (step.kind === 'charge' && ((await charge(context, step)) === 'ended' || !isAskedFor)) return
    if (step.kind === 'look') {
      isAskedFor = false
      await look(context, step.facts)
    }
  }
}

const PAYING_PAUSE_MS = 10 * 60_000
const SILENT_PAUSE_MS = 60_000

/** Somebody may be paying on a page at this moment, or nobody knows: the charge waits. */
async function waitForPage(
  context: Context,
  organizationId: string,
  paymentId: string,
  end: 'paying' | 'unanswered',
): Promise<void> {
  await inTransaction(context.database, organizationId, async (tx) => {
    const caller = await presentCaller(context, tx, organizationId)
    const facts = await readFacts(tx, paymentId)
    if (facts?.payment.state !== 'created') return
    const dueAt = addMs(caller.now, end === 'paying' ? PAYING_PAUSE_MS : SILENT_PAUSE_MS)
    await updatePayment(tx, paymentId, { nextLookAt: ts(dueAt) })
    await scheduleItem(tx, organizationId, { kind: 'payment_attention', subjectId: paymentId, dueAt })
  })
}

async function readFacts(tx: Tx, paymentId: string): Promise<Facts | undefined> {
  const customerId = await customerOfPayment(tx, paymentId)
  if (customerId === undefined) return undefined
  const [, payment] = await together(lockCustomerById(tx, customerId), lockPayment(tx, paymentId))
  const { paymentProviderId, paymentProviderCustomerId, paymentMethodId, invoiceId, paymentRequestId } =
    payment
  if (paymentProviderId === null || paymentProviderCustomerId === null) return undefined
  const ids = invoiceId === null ? await invoiceIdsOfRequest(tx, paymentRequestId ?? '') : [invoiceId]
  const [provider, link, method, invoices] = await together(
    readProvider(tx, paymentProviderId),
    findLink(tx, paymentProviderCustomerId),
    paymentMethodId === null ? undefined : findMethod(tx, paymentMethodId),
    lockInvoices(tx, ids),
  )
  if (!link) return undefined
  return {
    payment,
    payable: invoiceId === null ? { paymentRequestId: paymentRequestId ?? '' } : { invoiceId },
    invoices,
    provider,
    link,
    method,
  }
}

async function nextStep(
  context: Context,
  tx: Tx,
  caller: Caller,
  facts: Facts,
  isAskedFor: boolean,
): Promise<Step> {
  const { payment } = facts
  const isDue = isAskedFor || payment.nextLookAt === null || payment.nextLookAt <= caller.now
  switch (payment.state) {
    case 'created':
      return isDue ? stepOfCreated(context, tx, caller, facts) : { kind: 'nothing' }
    case 'sending':
      if (payment.leaseUntil !== null && caller.now < payment.leaseUntil) return { kind: 'nothing' }
      await applyEvidence(tx, caller, payment, { kind: 'worker_lost' }, 'clock')
      return { kind: 'again' }
    case 'unknown':
    case 'processing':
    case 'action_required':
      return isDue ? { kind: 'look', facts } : { kind: 'nothing' }
    default:
      return { kind: 'nothing' }
  }
}

async function stepOfCreated(context: Context, tx: Tx, caller: Caller, facts: Facts): Promise<Step> {
  const { payment, provider, payable } = facts
  const { now, organizationId } = caller
  const isMoved = payment.followsDefault && !facts.link.isDefault
  if (!isStillOwed(facts) || !isUsable(facts) || isMoved) {
    await applyEvidence(tx, caller, payment, { kind: 'abandoned' }, 'clock')
    const { invoiceId, paymentRequestId } = payment
    // Another amount, another method or another connection: charged anew.
    const item =
      invoiceId !== null
        ? { kind: 'invoice_charge' as const, subjectId: invoiceId }
        : { kind: 'request_charge' as const, subjectId: isMoved ? paymentRequestId : null }
    if (owedOf(facts) > 0n && item.subjectId !== null) {
      await scheduleItem(tx, organizationId, { ...item, subjectId: item.subjectId, dueAt: now })
    }
    return { kind: 'nothing' }
  }
  if (provider.state !== 'active') {
    const dueAt = addMs(now, NOT_ACTIVE_PAUSE_MS)
    await scheduleItem(tx, organizationId, { kind: 'payment_attention', subjectId: payment.id, dueAt })
    return { kind: 'nothing' }
  }
  if (payment.tries >= TRIES_BEFORE_GIVING_UP && now >= addMs(payment.createdAt, GIVE_UP_AFTER_MS)) {
    await applyEvidence(tx, caller, payment, { kind: 'given_up' }, 'clock')
    return { kind: 'nothing' }
  }
  const page = await findActivePage(tx, payable)
  return page ? { kind: 'close_page', page } : claim(context, tx, caller, facts)
}

function owedOf({ invoices }: Facts): bigint {
  const owing = invoices.filter(({ status }) => status === 'finalized' || status === 'open')
  return owing.reduce((sum, invoice) => sum + dueCents(invoice), 0n)
}

/** Money is only moved for exactly what is owed now. */
function isStillOwed(facts: Facts): boolean {
  return owedOf(facts) === facts.payment.amountCents
}

/** Whether the payment can be taken as it was meant: with its method, or by a transfer of the payer. */
function isUsable({ payment, provider, link, method }: Facts): boolean {
  const isByTransfer = payment.paymentMethodId === null && paysByTransfer(link.providerPaymentMethods)
  return (
    provider.deletedAt === null &&
    link.deletedAt === null &&
    link.providerCustomerId !== null &&
    (isByTransfer || (method !== undefined && method.deletedAt === null))
  )
}

/**
 * Takes the payment to send it. While the provider may have got it, the same key never carries another order: nothing
 * is to be done then but to look.
 */
async function claim(context: Context, tx: Tx, caller: Caller, facts: Facts): Promise<Step> {
  const { payment, link, method, provider, payable, invoices } = facts
  if (link.providerCustomerId === null) return { kind: 'nothing' }
  const order = await orderOf(tx, caller, { payment, link, method, provider, payable, invoices })
  const hash = createHash('sha256').update(JSON.stringify(order, textOfBigint)).digest('hex')
  const isOther = payment.orderHash !== null && payment.orderHash !== hash
  if (isOther && payment.state === 'unknown') {
    context.log.warn({ paymentId: payment.id }, 'the order of a payment has changed since it was first sent')
    if (canLookFor(context, provider)) await applyEvidence(tx, caller, payment, { kind: 'absent' }, 'look')
    else await noteSilence(tx, caller, payment, false)
    return { kind: 'nothing' }
  }
  const calledAt = payment.firstCalledAt ?? context.systemNow()
  await together(
    updatePayment(tx, payment.id, { orderHash: hash, firstCalledAt: ts(calledAt) }),
    applyEvidence(tx, caller, payment, { kind: 'claimed' }, 'call'),
  )
  return { kind: 'charge', facts, order }
}

function textOfBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

/** Sends the order, and notes what came back. A payment that has ended needs no further step. */
async function charge(
  context: Context,
  { facts, order }: Step & { kind: 'charge' },
): Promise<'ended' | 'open'> {
  const { payment, provider } = facts
  const { connection, gateway } = openConnection(context, provider)
  const about = aboutOf(facts, 'charge', order.idempotencyKey)
  const state = await orderAndLearn(
    context,
    about,
    () => gateway.charge(connection, order),
    (tx, outcome) => learnIn(context, tx, payment, { kind: 'outcome', outcome }, 'call'),
  )
  return ENDS.includes(state) ? 'ended' : 'open'
}

function aboutOf({ payment, provider }: Facts, call: string, idempotencyKey: string | null) {
  const { organizationId, id: subjectId } = payment
  return { organizationId, providerId: provider.id, subjectId, call, idempotencyKey }
}

const ENDS: readonly string[] = ['succeeded', 'failed', 'canceled', 'held']

/** Applies evidence to a payment as it is now; its state after that. */
async function learnIn(
  context: Context,
  tx: Tx,
  known: PaymentRow,
  evidence: Evidence,
  cause: TransitionCause,
): Promise<string> {
  const { caller, payment } = await lockedOf(context, tx, known)
  return (await applyEvidence(tx, caller, payment, evidence, cause)).payment.state
}

/**
 * Asks the provider what became of a payment. Where it has nothing, and exactly this amount is still owed, the same
 * order is sent again while its key protects it; otherwise absence is noted.
 */
async function look(context: Context, facts: Facts): Promise<void> {
  const { payment } = facts
  const answer = await lookThere(context, facts)
  const [found] = answer?.ok ? answer.value.items : []
  if (found) {
    await inTransaction(context.database, payment.organizationId, (tx) =>
      learnIn(context, tx, payment, { kind: 'told', payment: found }, 'look'),
    )
    return
  }
  const isAbsent = answer?.ok === true && answer.value.isComplete
  const next = await inTransaction(context.database, payment.organizationId, async (tx): Promise<Step> => {
    const [caller, present] = await together(
      presentCaller(context, tx, payment.organizationId),
      readFacts(tx, payment.id),
    )
    if (!present || present.payment.state !== payment.state) return { kind: 'nothing' }
    if ((isAbsent || answer === null) && maySendAgain(present, caller.now, context.systemNow())) {
      return claim(context, tx, caller, present)
    }
    if (isAbsent) await applyEvidence(tx, caller, present.payment, { kind: 'absent' }, 'look')
    else await noteSilence(tx, caller, present.payment, answer !== null)
    return answer === null ? stepOfUnfindable(context, tx, caller, present) : { kind: 'nothing' }
  })
  if (next.kind === 'charge') await charge(context, next)
  if (next.kind === 'cancel') await cancelSent(context, next)
}

/** What the provider shows of a payment; null where it cannot be asked. */
async function lookThere(
  context: Context,
  facts: Facts,
): Promise<GatewayAnswer<Found<ProviderPayment>> | null> {
  const { payment, provider, link } = facts
  const { connection, gateway } = openConnection(context, provider)
  const { readPayment, findPayment } = gateway
  const known = payment.providerPaymentId
  const about = aboutOf(facts, 'look', null)
  if (known === null) {
    if (!findPayment) return null
    const sentFrom = payment.firstCalledAt ?? payment.createdAt
    const query = { paymentId: payment.id, customerId: link.providerCustomerId ?? '', sentFrom }
    return askProvider(context, about, () => findPayment(connection, query))
  }
  if (!readPayment) return null
  return askProvider(context, about, async () => {
    const read = await readPayment(connection, known)
    if (!read.ok) return read
    return { ok: true, value: { isComplete: false, items: read.value === null ? [] : [read.value] } }
  })
}

/**
 * A payment that nobody can look for, and that is not owed any more: its end is asked for once, by what it was called
 * when it was sent. Whether it ended is told by a message.
 */
async function stepOfUnfindable(context: Context, tx: Tx, caller: Caller, facts: Facts): Promise<Step> {
  const { payment, provider } = facts
  if (payment.state !== 'unknown' || isStillOwed(facts) || provider.state !== 'active')
    return { kind: 'nothing' }
  if (!openConnection(context, provider).gateway.cancelSent) return { kind: 'nothing' }
  if (await hasAnsweredCall(tx, payment.id, CANCEL_SENT)) return { kind: 'nothing' }
  return { kind: 'cancel', facts, reference: (await orderOf(tx, caller, facts)).reference }
}

const CANCEL_SENT = 'cancel_sent'

async function cancelSent(
  context: Context,
  { facts, reference }: Step & { readonly kind: 'cancel' },
): Promise<void> {
  const { payment, provider } = facts
  const { connection, gateway } = openConnection(context, provider)
  const idempotencyKey = `cancel-${payment.id}`
  await askProvider(
    context,
    aboutOf(facts, CANCEL_SENT, idempotencyKey),
    async () =>
      (await gateway.cancelSent?.(connection, { paymentId: payment.id, reference, idempotencyKey })) ??
      NOTHING_TO_ASK,
  )
}

const NOTHING_TO_ASK: GatewayAnswer<null> = { ok: true, value: null }

/** Whether a provider can be asked for a payment of which we have no id, so that absence is proof. */
function canLookFor(context: Context, provider: PaymentProviderRow): boolean {
  return openConnection(context, provider).gateway.findPayment !== null
}

/** By the clock of the organization and by that of the system: the provider's keys live in real time. */
function maySendAgain(facts: Facts, now: Instant, systemNow: Instant): boolean {
  const { payment, provider } = facts
  const tracked = { state: payment.state, firstSentAt: payment.firstSentAt } as Parameters<
    typeof mayReplay
  >[0]
  const inRealTime = { ...tracked, firstSentAt: payment.firstCalledAt }
  const { replayWithinMs } = traitsOf(provider.providerType)
  return (
    mayReplay(tracked, now, replayWithinMs) &&
    mayReplay(inRealTime, systemNow, replayWithinMs) &&
    provider.state === 'active' &&
    isStillOwed(facts) &&
    isUsable(facts)
  )
}
