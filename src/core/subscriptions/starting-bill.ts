import type { BillMoment } from './subscription.ts'
import { isInTrial } from './trial.ts'

/**
 * What is billed at the start of a subscription: everything in advance, its fixed charges alone, or
 * nothing.
 */
export type StartingBill = 'full' | 'fixed_charges' | 'none'

/**
 * What is billed immediately when a subscription starts (docs/rules/subscriptions.md#start). A trial only holds back
 * the plan's own price. The same rule decides which successor shares the invoice of an upgrade
 * (docs/rules/subscriptions.md#upgrade).
 */
export function startingBill(start: Pick<BillMoment, 'plan' | 'subscription' | 'at'>): StartingBill {
  if (start.plan.payInAdvance && !isInTrial(start)) return 'full'
  return start.plan.hasPayInAdvanceFixedCharges ? 'fixed_charges' : 'none'
}

/** True when a payment can gate the start of a subscription: something is due immediately. */
export function isPaymentGateApplicable(start: Pick<BillMoment, 'plan' | 'subscription' | 'at'>): boolean {
  return startingBill(start) !== 'none'
}
