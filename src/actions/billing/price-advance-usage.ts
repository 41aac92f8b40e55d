import { exponentOf } from '../../core/amounts/currency.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import { chargeFeeDraft, type FeeDraft } from '../../core/invoicing/fee-draft.ts'
import type { RawEvent } from '../../core/metering/reference.ts'
import { type EventPlan, planEvent } from '../../core/rating/event-plan.ts'
import { type RatedEvent, rateEvent } from '../../core/rating/rate-event.ts'
import { billWindows, currentChargesWindow, type UsageWindow } from '../../core/subscriptions/windows.ts'
import { chargedEvents, chargedKey, takeAdvanceEvents } from '../../store/advance-events.ts'
import { writeAdvanceState } from '../../store/advance-states.ts'
import {
  type BillingSnapshot,
  readBillingSnapshot,
  type SubscriptionSnapshot,
} from '../../store/billing-snapshot.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { feeViews } from '../../store/fees.ts'
import { newId } from '../../store/ids.ts'
import { lockCustomer } from '../../store/invoices.ts'
import { toWireFee } from '../../wire/fees.ts'
import type { Caller, Context } from '../context.ts'
import { AdvanceStates } from '../usage/advance-states.ts'
import { answerEvents } from '../usage/answer-events.ts'
import { announce } from '../webhooks/announce.ts'
import { createInvoice } from './create-invoice.ts'
import { writeFeesApart } from './write-fees-apart.ts'

/** Events of one turn; a transaction should not grow with what waits. */
const EVENTS_MAX = 500

type PlannedEvent = { readonly plan: EventPlan; readonly open: UsageWindow }
type PricedEvent = PlannedEvent & { readonly priced: RatedEvent; readonly fee: FeeDraft }

/**
 * Prices the events that a subscription's charges in advance have not priced yet (metering-and-rating §3.12): each
 * event and charge makes a fee, on an invoice of its own, or by itself when the charge is not invoiceable. An event
 * that has its fee already is passed over, so that a second run does no harm.
 */
export async function priceAdvanceUsage(
  context: Context,
  tx: Tx,
  caller: Caller,
  subscriptionId: string,
): Promise<void> {
  const owner = await tx
    .selectFrom('subscriptions')
    .select('customerId')
    .where('id', '=', subscriptionId)
    .executeTakeFirst()
  if (!owner) return
  await lockCustomer(tx, owner.customerId)
  const snapshot = await readBillingSnapshot(tx, owner.customerId, [subscriptionId])
  const subscription = snapshot?.subscriptions[0]
  if (!snapshot || !subscription) return
  const charges = subscription.charges.filter((charge) => charge.payInAdvance)
  const codes = [...new Set(charges.map((charge) => charge.metric.code))]
  const { id, externalId } = subscription.row
  const { events, isAll } = await takeAdvanceEvents(tx, { id, externalId, codes }, EVENTS_MAX)
  if (!isAll) {
    const again = { kind: 'advance_usage', subjectId: id, dueAt: caller.now } as const
    await scheduleItem(tx, caller.organizationId, again)
  }
  const planned = await withoutCharged(tx, subscription, planEvents(snapshot, subscription, events))
  const priced = await priceEvents(tx, caller, snapshot, subscription, planned)
  await writePriced(context, tx, caller, snapshot, subscription, priced)
}

function planEvents(
  { zone }: BillingSnapshot,
  { charges, billing, billingPlan }: SubscriptionSnapshot,
  events: readonly RawEvent[],
): PlannedEvent[] {
  return events.flatMap((event) => {
    const open = currentChargesWindow({ plan: billingPlan, subscription: billing, at: event.at, zone })
    return charges.flatMap((charge) => {
      if (!charge.payInAdvance || charge.metric.code !== event.code) return []
      const plan = planEvent(charge, event, open.window.from)
      return plan === null ? [] : [{ plan, open }]
    })
  })
}

async function withoutCharged(
  tx: Tx,
  { row }: SubscriptionSnapshot,
  planned: readonly PlannedEvent[],
): Promise<PlannedEvent[]> {
  const charged = await chargedEvents(
    tx,
    row.id,
    planned.map(({ plan }) => plan.source.transactionId),
  )
  return planned.filter(
    ({ plan }) =>
      !charged.has(chargedKey(plan.charge.id, plan.filter?.id ?? null, plan.source.transactionId)),
  )
}

/** Prices the events one after another, each on what the ones before left behind. */
async function priceEvents(
  tx: Tx,
  caller: Caller,
  { zone }: BillingSnapshot,
  subscription: SubscriptionSnapshot,
  planned: readonly PlannedEvent[],
): Promise<PricedEvent[]> {
  const exponent = exponentOf(subscription.plan.amountCurrency)
  const answers = await answerEvents(
    tx,
    planned.map(({ plan }) => plan),
  )
  const periods = [...new Set(planned.map(({ open }) => open.window.from))]
  const chargeIds = [...new Set(planned.map(({ plan }) => plan.charge.id))]
  const states = await AdvanceStates.read(tx, subscription.row.externalId, chargeIds, periods)
  const priced = planned.flatMap(({ plan, open }, index) => {
    const answer = answers[index]
    if (!answer) return []
    const state = states.of(plan, open.window.from)
    const result = rateEvent(plan, answer, state, { ...open, zone, exponent })
    if (result.state) states.set(plan, open.window.from, result.state)
    return [{ plan, open, priced: result, fee: draftOf(subscription, plan, open, result) }]
  })
  for (const { key, periodFrom, state } of states.changed()) {
    const { organizationId, now } = caller
    const whose = { organizationId, externalId: subscription.row.externalId }
    await writeAdvanceState(tx, { ...whose, ...key, periodFrom, now }, state)
  }
  return priced
}

function draftOf(
  { row }: SubscriptionSnapshot,
  { source }: EventPlan,
  { window }: UsageWindow,
  { rated }: RatedEvent,
): FeeDraft {
  const draft = chargeFeeDraft({
    id: newId(),
    subscriptionId: row.id,
    rated,
    payInAdvance: true,
    period: window,
    chargesWindow: window,
  })
  return { ...draft, event: { id: source.id, transactionId: source.transactionId } }
}

async function writePriced(
  context: Context,
  tx: Tx,
  caller: Caller,
  snapshot: BillingSnapshot,
  subscription: SubscriptionSnapshot,
  priced: readonly PricedEvent[],
): Promise<void> {
  const { row, plan } = subscription
  const group = {
    currency: plan.amountCurrency,
    billingEntityId: row.billingEntityId ?? snapshot.customer.billingEntityId,
  }
  const apart = priced.filter((each) => !each.plan.charge.invoiceable).map(({ fee }) => fee)
  await writeFeesApart(context, tx, caller, { snapshot, group, fees: apart })
  for (const { plan: event, open, fee } of priced) {
    if (!event.charge.invoiceable) continue
    await createInvoice(context, tx, caller, {
      snapshot,
      invoiceType: 'subscription',
      ...group,
      purchaseOrderNumber: row.purchaseOrderNumber,
      at: caller.now,
      links: [
        {
          subscription,
          reason: 'in_advance_charge',
          windows: windowsAt(snapshot, subscription, event.source.at, open),
        },
      ],
      fees: [fee],
      hasGrace: false,
    })
    await announceFee(tx, caller, fee.id)
  }
}

/** The periods around the event, as the invoice shows them. */
function windowsAt(
  { zone }: BillingSnapshot,
  { billing, billingPlan }: SubscriptionSnapshot,
  at: Instant,
  open: UsageWindow,
) {
  const windows = billWindows({ plan: billingPlan, subscription: billing, at, zone, current: true })
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
