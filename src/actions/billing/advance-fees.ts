import { exponentOf } from '../../core/amounts/currency.ts'
import { assembleInvoice, type InvoiceLines, uninvoicedFees } from '../../core/billing/assemble-invoice.ts'
import type { BillPlan } from '../../core/billing/bill-plan.ts'
import type { AppliedCouponFacts } from '../../core/billing/reductions/applied-coupon.ts'
import { availableCoupons, couponsAfter } from '../../core/billing/reductions/coupons.ts'
import { availableWallets, spendingsOf } from '../../core/billing/reductions/prepaid.ts'
import type { SubscriptionFacts, TaxesByOwner } from '../../core/billing/snapshot.ts'
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
import { usageAfter } from '../../core/rating/rate-subscription.ts'
import { type BilledWindow, openUsageWindow } from '../../core/subscriptions/open-window.ts'
import type { BillingSubscription } from '../../core/subscriptions/subscription.ts'
import { billWindows, type UsageWindow } from '../../core/subscriptions/windows.ts'
import { type SpendableWallet, walletsAfter } from '../../core/wallets/spend.ts'
import { type AcceptedEvent, chargedEvents, chargedKey } from '../../store/advance-events.ts'
import { windowsOfMovedCustomer } from '../../store/billed-windows.ts'
import { readCouponFacts } from '../../store/billing/coupon-facts.ts'
import { type CustomerSnapshot, readCustomerSnapshot } from '../../store/billing/read-snapshot.ts'
import { readTaxesOfBills } from '../../store/billing/taxes-of-bills.ts'
import { readWalletFacts } from '../../store/billing/wallet-facts.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { customerOfSubscription } from '../../store/subscriptions.ts'
import type { Caller, Context } from '../context.ts'
import { writePlans } from './run-bills.ts'

/** A subscription whose events are priced, with its customer. */
export type AdvanceSubject = {
  readonly snapshot: CustomerSnapshot
  readonly subscription: SubscriptionFacts
  /** Its billed windows, if the customer changed zones. */
  readonly billed: readonly BilledWindow[]
  readonly taxes: TaxesByOwner
}

/** An event under one charge, and the period containing it. */
export type PlannedEvent = {
  readonly plan: EventPlan
  readonly open: UsageWindow
  readonly accepted: Pick<AcceptedEvent, 'acceptedAt' | 'endedAt'>
}

/** The quantity charged for an event, and its fee. */
export type PricedEvent = PlannedEvent & { readonly quantity: EventQuantity; readonly fee: FeeDraft }

/** Locks a subscription's customer and reads both; undefined when there is nothing to bill. */
export async function openAdvanceSubject(
  tx: Tx,
  subscriptionId: string,
): Promise<AdvanceSubject | undefined> {
  const customerId = await customerOfSubscription(tx, subscriptionId)
  if (customerId === undefined) return undefined
  await lockCustomerById(tx, customerId)
  const snapshot = await readCustomerSnapshot(tx, customerId, [subscriptionId])
  const subscription = snapshot?.subscriptions[0]
  if (!snapshot || !subscription) return undefined
  const { customer } = snapshot
  const [billed, taxes] = await Promise.all([
    windowsOfMovedCustomer(tx, subscriptionId, customer.zone),
    readTaxesOfBills(tx, new Map([[customer.id, customer]]), [subscription]),
  ])
  return { snapshot, subscription, billed, taxes }
}

/** Plans an event under each charge in advance that counts it, in the period that applied when it was accepted. */
export function planFor(
  { snapshot, subscription, billed }: AdvanceSubject,
  charges: readonly RatedCharge[],
  event: Omit<AcceptedEvent, 'isCharged'>,
): readonly PlannedEvent[] {
  const billing = billingAt(subscription.billing, event)
  const moment = {
    plan: subscription.plan,
    subscription: billing,
    at: event.at,
    zone: snapshot.customer.zone,
  }
  const open = openUsageWindow(moment, billed)
  return charges.flatMap((charge) => {
    if (!charge.payInAdvance || charge.metric.code !== event.code) return []
    const plan = planEvent(charge, event, open.window.from, usageAfter(subscription, open.window))
    return plan === null ? [] : [{ plan, open, accepted: event }]
  })
}

/** A subscription as of the acceptance of an event: a later end does not shorten the event's fee. */
function billingAt(billing: BillingSubscription, { endedAt }: PlannedEvent['accepted']): BillingSubscription {
  return { ...billing, terminatedAt: endedAt, endedBy: endedAt === null ? null : billing.endedBy }
}

/** The events that have no fee yet. */
export async function withoutCharged(
  tx: Tx,
  { subscription }: AdvanceSubject,
  planned: readonly PlannedEvent[],
): Promise<PlannedEvent[]> {
  const transactionIds = planned.map(({ plan }) => plan.source.transactionId)
  const charged = await chargedEvents(tx, subscription.id, transactionIds)
  return planned.filter(
    ({ plan }) =>
      !charged.has(chargedKey(plan.charge.id, plan.filter?.id ?? null, plan.source.transactionId)),
  )
}

/** What an event's price depends on besides the event. */
export function eventContext(
  { snapshot, subscription }: Pick<AdvanceSubject, 'snapshot' | 'subscription'>,
  open: UsageWindow,
): EventContext {
  return {
    ...open,
    zone: snapshot.customer.zone,
    exponent: exponentOf(subscription.plan.currency),
    isRenewed: open.window.from > subscription.billing.startedAt,
  }
}

/** The fee of an event for the quantity charged. */
export function priceEvent(
  { snapshot, subscription }: AdvanceSubject,
  { plan, open, accepted }: PlannedEvent,
  answer: EventAnswer,
  quantity: EventQuantity,
): PricedEvent {
  const rated = rateEvent(plan, answer, quantity, eventContext({ snapshot, subscription }, open))
  const draft = chargeFeeDraft({
    key: `${plan.source.id}/${plan.charge.id}`,
    subscriptionId: subscription.id,
    rated,
    payInAdvance: true,
    period: open.window,
    chargesWindow: open.window,
  })
  const { id, transactionId } = plan.source
  return { plan, open, accepted, quantity, fee: { ...draft, event: { id, transactionId } } }
}

/**
 * Writes the fees of events as of their acceptance: each on its own invoice, dated by the event, or uninvoiced when
 * the charge is not invoiceable. The caller has locked the customer.
 */
export async function writeAdvanceFees(
  context: Context,
  tx: Tx,
  caller: Caller,
  subject: AdvanceSubject,
  priced: readonly PricedEvent[],
): Promise<void> {
  const { id: customerId } = subject.snapshot.customer
  const isInvoiced = priced.some(({ plan }) => plan.charge.invoiceable)
  const [coupons, wallets] = isInvoiced
    ? await Promise.all([readCouponFacts(tx, [customerId]), readWalletFacts(tx, [customerId])])
    : []
  const documents = [
    ...uninvoicedDocuments(subject, priced),
    ...invoiceDocuments(subject, priced, {
      coupons: coupons?.get(customerId) ?? [],
      wallets: wallets?.get(customerId) ?? [],
    }),
  ]
  await writePlans(context, tx, caller, [{ customerId, documents, nextBillings: [] }])
}

function uninvoicedDocuments(subject: AdvanceSubject, priced: readonly PricedEvent[]): BillPlan['documents'] {
  const { subscription, snapshot, taxes } = subject
  const { customer } = snapshot
  const owner = {
    customer,
    billingEntityId: subscription.billingEntityId ?? customer.billingEntityId,
    currency: subscription.plan.currency,
    planIds: planIdsOf(subscription),
  }
  return uninvoicedByAcceptance(priced).map(({ now, fees }) => ({
    kind: 'uninvoiced_fees',
    fees: uninvoicedFees(fees, { ...owner, createdAt: now }, taxes),
  }))
}

/** One invoice for each event; its coupons and credits are those that the invoices before it left. */
function invoiceDocuments(
  subject: AdvanceSubject,
  priced: readonly PricedEvent[],
  usable: {
    readonly coupons: readonly AppliedCouponFacts[]
    readonly wallets: readonly SpendableWallet[]
  },
): BillPlan['documents'] {
  const { subscription, snapshot, taxes } = subject
  const { customer } = snapshot
  const billingEntity = snapshot.billingEntities.get(subscription.billingEntityId ?? customer.billingEntityId)
  if (!billingEntity) throw new Error(`subscription ${subscription.id} has no billing entity`)
  let { coupons: left, wallets: leftWallets } = usable
  return priced
    .filter(({ plan }) => plan.charge.invoiceable)
    .map((event) => {
      const lines: InvoiceLines = {
        head: {
          customer,
          billingEntity,
          invoiceType: 'subscription',
          currency: subscription.plan.currency,
          zone: customer.zone,
          purchaseOrderNumber: subscription.purchaseOrderNumber,
          billingAt: event.plan.source.at,
          createdAt: event.accepted.acceptedAt,
        },
        periods: [
          {
            subscriptionId: subscription.id,
            reason: 'in_advance_charge',
            windows: windowsOf(subject, event),
          },
        ],
        fees: [event.fee],
        planIds: planIdsOf(subscription),
        hasGrace: false,
        draft: null,
        reached: null,
      }
      // Progressive invoices only bill charges in arrears, so they never reduce these.
      const progressive = new Map<string, never>()
      const coupons = availableCoupons(left, subscription.plan.currency, [subscription])
      const wallets = availableWallets(leftWallets, subscription.plan.currency, [subscription])
      const invoice = assembleInvoice(lines, taxes, { progressive, coupons, wallets })
      left = couponsAfter(left, invoice.reductions)
      leftWallets = walletsAfter(leftWallets, spendingsOf(invoice.reductions))
      return { kind: 'invoice', invoice }
    })
}

function planIdsOf({ id, plan }: SubscriptionFacts): ReadonlyMap<string, string> {
  return new Map([[id, plan.id]])
}

/** The uninvoiced fees, grouped by instant of acceptance. */
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

/** The periods containing the event, as shown on the invoice. */
function windowsOf({ snapshot, subscription }: AdvanceSubject, { plan, open, accepted }: PlannedEvent) {
  const windows = billWindows({
    plan: subscription.plan,
    subscription: billingAt(subscription.billing, accepted),
    at: plan.source.at,
    zone: snapshot.customer.zone,
    current: true,
  })
  return { ...windows, charges: open.window, chargesDurationDays: open.durationDays }
}
