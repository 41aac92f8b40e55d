import { Decimal } from '../../src/core/amounts/decimal.ts'
import { type Instant, instant } from '../../src/core/calendar/instant.ts'
import type { BillingPlan, BillingSubscription } from '../../src/core/subscriptions/subscription.ts'
import type { Window } from '../../src/core/subscriptions/windows.ts'

/** The instant of an ISO 8601 text; a date alone is its UTC midnight. */
export function at(text: string): Instant {
  return instant(Date.parse(text))
}

/** The ISO 8601 text of an instant. */
export function iso(when: Instant): string {
  return new Date(when).toISOString()
}

/** A window as `from .. to`, without the parts of a UTC day that are its start or its end. */
export function shown(window: Window | null): string | null {
  if (window === null) return null
  return `${iso(window.from).replace('T00:00:00.000Z', '')} .. ${iso(window.to).replace('T23:59:59.999Z', '')}`
}

/** A monthly plan of 1,000 cents in arrears, unless told otherwise. */
export function billingPlan(
  changes: Partial<BillingPlan> & { readonly trialDays?: number } = {},
): BillingPlan {
  const { trialDays, ...rest } = changes
  return {
    interval: 'monthly',
    payInAdvance: false,
    amountCents: 1000n,
    trialPeriodDays: trialDays === undefined ? null : Decimal.of(trialDays),
    billChargesMonthly: false,
    billFixedChargesMonthly: false,
    hasPayInAdvanceFixedCharges: false,
    ...rest,
  }
}

/**
 * An active calendar subscription that began, was created and is anchored at one instant, unless told
 * otherwise.
 */
export function billingSubscription(
  startedAt: string,
  changes: Partial<BillingSubscription> = {},
): BillingSubscription {
  const start = at(startedAt)
  return {
    status: 'active',
    billingTime: 'calendar',
    subscriptionAt: start,
    startedAt: start,
    initialStartedAt: changes.startedAt ?? start,
    createdAt: start,
    terminatedAt: null,
    endingAt: null,
    trialEndedAt: null,
    startedBy: 'creation',
    endedBy: null,
    ...changes,
  }
}

/** The changes that end a subscription. */
export function endedAt(
  terminatedAt: string,
  endedBy: NonNullable<BillingSubscription['endedBy']> = 'termination',
): Pick<BillingSubscription, 'status' | 'terminatedAt' | 'endedBy'> {
  return { status: 'terminated', terminatedAt: at(terminatedAt), endedBy }
}
