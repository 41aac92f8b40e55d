import { exponentOf } from '../../core/amounts/currency.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import { chargeFeeDraft, type FeeDraft } from '../../core/invoicing/fee-draft.ts'
import type { RatedCharge } from '../../core/rating/charge.ts'
import { type EventPlan, planEvent } from '../../core/rating/event-plan.ts'
import {
  type EventAnswer,
  type EventContext,
  type EventQuantity,
  rateEvent,
} from '../../core/rating/rate-event.ts'
import { type BilledWindow, openUsageWindow } from '../../core/subscriptions/open-window.ts'
import type { BillingSubscription } from '../../core/subscriptions/subscription.ts'
import { billWindows, type UsageWindow } from '../../core/subscriptions/windows.ts'
import { type AcceptedEvent, chargedEvents, chargedKey } from '../../store/advance-events.ts'
import { windowsOfMovedCustomer } from '../../store/billed-windows.ts'
import {
  type BillingSnapshot,
  readBillingSnapshot,
  type SubscriptionSnapshot,
} from '../../store/billing-snapshot.ts'
import type { Tx } from '../../store/database.ts'
import { feeViews } from '../../store/fees.ts'
import { newId } from '../../store/ids.ts'
import { lockCustomer } from '../../store/invoices.ts'
import { toWireFee } from '../../wire/fees.ts'
import type { Caller, Context } from '../context.ts'
import { usageAfter } from '../usage/open-subscription.ts'
import { announce } from '../webhooks/announce.ts'
import { createInvoice } from './create-invoice.ts'
import { writeFeesApart } from './write-fees-apart.ts'

/** A subscription whose events are priced, with what belongs to its customer. */
export type AdvanceSubject = {
  readonly snapshot: BillingSnapshot
  readonly subscription: SubscriptionSnapshot
  /** Its windows that were billed, if the customer moved to another zone. */
  readonly billed: readonly BilledWindow[]
}

/** An event under one charge, and the period around it. */
export type PlannedEvent = {
  readonly plan: EventPlan
  readonly open: UsageWindow
  readonly accepted: Pick<AcceptedEvent, 'acceptedAt' | 'endedAt'>
}

/** What an event owes for, and its fee. */
export type PricedEvent = PlannedEvent & { readonly quantity: EventQuantity; readonly fee: FeeDraft }

/** Locks the customer of a subscription and reads both; undefined when there is none to bill. */
export async function openAdvanceSubject(
  tx: Tx,
  subscriptionId: string,
): Promise<AdvanceSubject | undefined> {
  const owner = await tx
    .selectFrom('subscriptions')
    .select('customerId')
    .where('id', '=', subscriptionId)
    .executeTakeFirst()
  if (!owner) return undefined
  await lockCustomer(tx, owner.customerId)
  const snapshot = await readBillingSnapshot(tx, owner.customerId, [subscriptionId])
  const subscription = snapshot?.subscriptions[0]
  if (!snapshot || !subscription) return undefined
  const billed = await windowsOfMovedCustomer(tx, subscriptionId, snapshot.zone)
  return { snapshot, subscription, billed }
}

/** An event under those of the charges in advance that count it, in the period that it had when it was accepted. */
export function planFor(
  { snapshot, subscription, billed }: AdvanceSubject,
  charges: readonly RatedCharge[],
  event: Omit<AcceptedEvent, 'isCharged'>,
): readonly PlannedEvent[] {
  const billing = billingAt(subscription.billing, event)
  const moment = { plan: subscription.billingPlan, subscription: billing, at: event.at, zone: snapshot.zone }
  const open = openUsageWindow(moment, billed)
  return charges.flatMap((charge) => {
    if (!charge.payInAdvance || charge.metric.code !== event.code) return []
    const plan = planEvent(charge, event, open.window.from, usageAfter(subscription, open.window))
    return plan === null ? [] : [{ plan, open, accepted: event }]
  })
}

/** A subscription as it stood when an event was accepted: an end that came after that does not cut its fee. */
function billingAt(billing: BillingSubscription, { endedAt }: PlannedEvent['accepted']): BillingSubscription {
  return { ...billing, terminatedAt: endedAt, endedBy: endedAt === null ? null : billing.endedBy }
}

/** Those that have no fee yet. */
export async function withoutCharged(
  tx: Tx,
  { subscription }: AdvanceSubject,
  planned: readonly PlannedEvent[],
): Promise<PlannedEvent[]> {
  const transactionIds = planned.map(({ plan }) => plan.source.transactionId)
  const charged = await chargedEvents(tx, subscription.row.id, transactionIds)
  return planned.filter(
    ({ plan }) =>
      !charged.has(chargedKey(plan.charge.id, plan.filter?.id ?? null, plan.source.transactionId)),
  )
}

/** What the price of an event depends on besides the event. */
export function eventContext(
  { snapshot, subscription }: Pick<AdvanceSubject, 'snapshot' | 'subscription'>,
  open: UsageWindow,
): EventContext {
  return {
    ...open,
    zone: snapshot.zone,
    exponent: exponentOf(subscription.plan.amountCurrency),
    isRenewed: open.window.from > subscription.billing.startedAt,
  }
}

/** The fee of an event for the quantity that it owes for. */
export function priceEvent(
  { snapshot, subscription }: AdvanceSubject,
  { plan, open, accepted }: PlannedEvent,
  answer: EventAnswer,
  quantity: EventQuantity,
): PricedEvent {
  const rated = rateEvent(plan, answer, quantity, eventContext({ snapshot, subscription }, open))
  const draft = chargeFeeDraft({
    id: newId(),
    subscriptionId: subscription.row.id,
    rated,
    payInAdvance: true,
    period: open.window,
    chargesWindow: open.window,
  })
  const { id, transactionId } = plan.source
  return { plan, open, accepted, quantity, fee: { ...draft, event: { id, transactionId } } }
}

/**
 * Writes the fees of events as of their acceptance: each on an invoice of its own, dated by the event, or by itself
 * when the charge is not invoiceable. The customer is locked by the caller.
 */
export async function writeAdvanceFees(
  context: Context,
  tx: Tx,
  caller: Caller,
  subject: AdvanceSubject,
  priced: readonly PricedEvent[],
): Promise<void> {
  const { snapshot, subscription } = subject
  const { row, plan } = subscription
  const group = {
    currency: plan.amountCurrency,
    billingEntityId: row.billingEntityId ?? snapshot.customer.billingEntityId,
  }
  for (const { now, fees } of uninvoicedByAcceptance(priced)) {
    await writeFeesApart(context, tx, { ...caller, now }, { snapshot, group, fees })
  }
  for (const event of priced) {
    const { charge, source } = event.plan
    if (!charge.invoiceable) continue
    const then = { ...caller, now: event.accepted.acceptedAt }
    await createInvoice(context, tx, then, {
      snapshot,
      invoiceType: 'subscription',
      ...group,
      purchaseOrderNumber: row.purchaseOrderNumber,
      at: source.at,
      links: [{ subscription, reason: 'in_advance_charge', windows: windowsOf(subject, event) }],
      fees: [event.fee],
      hasGrace: false,
    })
    await announceFee(tx, then, event.fee.id)
  }
}

/** The fees that no invoice carries, those of one instant of acceptance together. */
function uninvoicedByAcceptance(priced: readonly PricedEvent[]) {
  const groups = new Map<Instant, FeeDraft[]>()
  for (const { plan, accepted, fee } of priced) {
    if (plan.charge.invoiceable) continue
    const fees = groups.get(accepted.acceptedAt) ?? []
    fees.push(fee)
    groups.set(accepted.acceptedAt, fees)
  }
  return [...groups].map(([now, fees]) => ({ now, fees }))
}

/** The periods around the event, as the invoice shows them. */
function windowsOf({ snapshot, subscription }: AdvanceSubject, { plan, open, accepted }: PlannedEvent) {
  const windows = billWindows({
    plan: subscription.billingPlan,
    subscription: billingAt(subscription.billing, accepted),
    at: plan.source.at,
    zone: snapshot.zone,
    current: true,
  })
  return { ...windows, charges: open.window, chargesDurationDays: open.durationDays }
}

async function announceFee(tx: Tx, caller: Caller, feeId: string): Promise<void> {
  await announce(tx, caller, {
    type: 'fee.created',
    objectType: 'fee',
    objectId: feeId,
    payload: async () => {
      const [view] = await feeViews(tx, { feeIds: [feeId] })
      if (!view) throw new Error(`fee ${feeId} is gone`)
      return toWireFee(view)
    },
  })
}
