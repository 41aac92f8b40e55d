import { fromCents } from '../../core/amounts/rounding.ts'
import { localDate } from '../../core/calendar/zone.ts'
import { type FeeDraft, subscriptionFeeDraft } from '../../core/invoicing/fee-draft.ts'
import {
  type BilledWindow,
  continuedWindow,
  ZONE_CHANGE_MAX_MS,
} from '../../core/subscriptions/open-window.ts'
import type { BillMoment } from '../../core/subscriptions/subscription.ts'
import {
  type FeeHistory,
  isSubscriptionFeeDue,
  subscriptionFee,
} from '../../core/subscriptions/subscription-fee.ts'
import {
  type BillWindows,
  billWindows,
  periodicWindows,
  terminationWindows,
  type Window,
} from '../../core/subscriptions/windows.ts'
import type { Reads } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { type InvoiceLinkRow, linksOfSubscription, subscriptionFeeTimes } from '../../store/invoices.ts'
import type { BillLink, SubscriptionToBill } from './bill.ts'
import { computeChargeFees } from './charge-fees.ts'
import { computeCommitmentFee } from './commitment-fee.ts'

/** What one subscription brings to an invoice; `apart` are fees that are billed without an invoice. */
export type ComputedBill = {
  readonly link: BillLink
  readonly fees: readonly FeeDraft[]
  readonly apart: readonly FeeDraft[]
}

/** The windows and fees of one subscription (subscriptions-and-invoicing §8.1: subscription, charges, commitment). */
export async function computeBill(reads: Reads, entry: SubscriptionToBill): Promise<ComputedBill> {
  const { subscription } = entry
  const links = (await linksOfSubscription(reads, subscription.row.id)).filter(
    // Progressive invoices bill usage ahead of time and say nothing about what the subscription paid.
    (link) => !isOwnOrLater(entry, link) && link.invoiceType !== 'progressive_billing',
  )
  const windows = withContinuedCharges(windowsOf(entry, links), entry, links)
  const fees: FeeDraft[] = []
  const ownFee = await computeSubscriptionFee(reads, entry, windows, links)
  if (ownFee) fees.push(ownFee)
  const charged = await computeChargeFees(reads, entry, windows)
  fees.push(...charged.invoiced)
  const commitment = await computeCommitmentFee(reads, entry, windows, fees)
  if (commitment) fees.push(commitment)
  return {
    link: { subscription, reason: entry.reason, windows },
    fees,
    apart: charged.apart,
  }
}

/** A draft that is made anew must not see itself, nor the bills that came after it. */
function isOwnOrLater({ exceptInvoiceId, at }: SubscriptionToBill, link: InvoiceLinkRow): boolean {
  return exceptInvoiceId !== null && (link.invoiceId === exceptInvoiceId || link.billingAt > at)
}

function momentOf(entry: SubscriptionToBill): BillMoment {
  const { subscription, zone } = entry
  const { terminatedAt, startedAt } = subscription.billing
  // An upgrade is billed a second after it happened; its windows end and begin with the upgrade itself.
  const isClosing = entry.reason === 'subscription_terminating' && terminatedAt !== null
  const isOpening = entry.reason === 'subscription_starting' && entry.at - startedAt <= 1000
  const at = isClosing ? terminatedAt : isOpening && entry.at > startedAt ? startedAt : entry.at
  return { plan: subscription.billingPlan, subscription: subscription.billing, at, zone }
}

type ZonedLink = InvoiceLinkRow & { readonly timezone: string }

function windowsOf(entry: SubscriptionToBill, links: readonly ZonedLink[]): BillWindows {
  const moment = momentOf(entry)
  if (entry.reason !== 'subscription_terminating' || entry.subscription.billing.endedBy !== 'termination') {
    return billWindows({ ...moment, current: false })
  }
  const periodic = periodicWindows(moment)
  const isOf =
    ({ from, to }: Window) =>
    (link: ZonedLink) =>
      link.isRecurring &&
      (link.timezone === entry.zone
        ? link.subscriptionFrom === from && link.subscriptionTo === to
        : link.subscriptionTo !== null && Math.abs(link.subscriptionTo - to) < ZONE_CHANGE_MAX_MS)
  return terminationWindows(moment, links.some(isOf(periodic.subscription)))
}

/** After a change of the customer's zone usage goes on where the last billed window ended (§3.8). */
function withContinuedCharges(
  windows: BillWindows,
  entry: SubscriptionToBill,
  links: readonly ZonedLink[],
): BillWindows {
  const billed = links.flatMap(({ isRecurring, chargesFrom, chargesTo, timezone }): BilledWindow[] =>
    isRecurring && chargesFrom !== null && chargesTo !== null
      ? [{ from: chargesFrom, to: chargesTo, zone: timezone }]
      : [],
  )
  const { charges } = windows
  return { ...windows, charges: charges && continuedWindow(charges, billed, entry.zone) }
}

async function computeSubscriptionFee(
  reads: Reads,
  entry: SubscriptionToBill,
  windows: BillWindows,
  links: readonly InvoiceLinkRow[],
): Promise<FeeDraft | null> {
  const { subscription, zone } = entry
  const moment = momentOf(entry)
  const feeTimes = (await subscriptionFeeTimes(reads, subscription.row.id, entry.exceptInvoiceId)).filter(
    // What came after a draft does not make its period a later one.
    (at) => entry.exceptInvoiceId === null || at <= entry.invoiceCreatedAt,
  )
  const today = localDate(entry.at, zone)
  const history: FeeHistory = {
    hasFeeOnIssuingDay: feeTimes.some((at) => localDate(at, zone) === today),
    hasEarlierFee: feeTimes.length > 0,
    isFirstInvoice: links.length === 0,
    isOnlyStartingInvoice: links.length === 0 && entry.reason === 'subscription_starting',
    invoiceCreatedAt: entry.invoiceCreatedAt,
  }
  if (!isSubscriptionFeeDue(moment, history)) return null
  const { amountCents, preciseAmountCents } = subscriptionFee(moment, windows.subscription, history)
  return subscriptionFeeDraft({
    id: newId(),
    subscriptionId: subscription.row.id,
    amountCents,
    preciseAmountCents,
    unitAmount: fromCents(amountCents, subscription.plan.amountCurrency),
    planAmountCents: subscription.plan.amountCents,
    payInAdvance: subscription.plan.payInAdvance,
    period: windows.subscription,
  })
}
