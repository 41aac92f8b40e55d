import { fromCents } from '../../amounts/rounding.ts'
import { localDate } from '../../calendar/zone.ts'
import { type FeeDraft, subscriptionFeeDraft } from '../../invoicing/fee-draft.ts'
import {
  type FeeHistory,
  isSubscriptionFeeDue,
  subscriptionFee,
} from '../../subscriptions/subscription-fee.ts'
import type { BillWindows } from '../../subscriptions/windows.ts'
import { type BilledSubscription, momentOf } from '../billed-subscription.ts'
import { adjustedAmount } from './adjusted-lines.ts'

/** The subscription fee on a bill; null when the bill carries none. */
export function subscriptionLine(billed: BilledSubscription, windows: BillWindows): FeeDraft | null {
  const { subscription } = billed
  const { plan } = subscription
  const moment = momentOf(billed)
  const history = feeHistoryOf(billed)
  if (!isSubscriptionFeeDue(moment, history)) return null
  const { amountCents, preciseAmountCents } = subscriptionFee(moment, windows.subscription, history)
  const fee = subscriptionFeeDraft({
    key: `${subscription.id}/subscription`,
    subscriptionId: subscription.id,
    amountCents,
    preciseAmountCents,
    unitAmount: fromCents(amountCents, plan.currency),
    planAmountCents: plan.amountCents,
    payInAdvance: plan.payInAdvance,
    period: windows.subscription,
  })
  return adjustedAmount(billed, { kind: 'subscription' }, fee)
}

function feeHistoryOf(billed: BilledSubscription): FeeHistory {
  const { history, reason, at, zone, createdAt, isRemade } = billed
  // Fees created after a draft do not turn its period into a later one.
  const earlier = history.subscriptionFees.filter((fee) => !isRemade || fee.createdAt <= createdAt)
  const today = localDate(at, zone)
  const isFirstInvoice = history.periods.length === 0
  return {
    hasFeeOnIssuingDay: earlier.some((fee) => localDate(fee.createdAt, zone) === today),
    hasEarlierFee: earlier.length > 0,
    isFirstInvoice,
    isOnlyStartingInvoice: isFirstInvoice && reason === 'subscription_starting',
    invoiceCreatedAt: createdAt,
  }
}
