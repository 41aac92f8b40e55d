import { BILLING_TIMES, type BillingTime } from '../calendar/boundaries.ts'
import type { Instant } from '../calendar/instant.ts'
import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'

/** A subscription whose bills are asked for before it is made; null means from now on, and without an end. */
export type SubscriptionPreviewInput = {
  readonly externalCustomerId: string
  readonly planCode: string
  readonly billingTime: BillingTime
  readonly subscriptionAt: Instant | null
  readonly endingAt: Instant | null
}

/** Reads the fields of a new subscription that its billing days depend on. Refuses with a 422. */
export function readSubscriptionPreview(input: Input): Outcome<SubscriptionPreviewInput> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  return problems.outcome({
    externalCustomerId: fields.id('external_customer_id') ?? '',
    planCode: fields.id('plan_code') ?? '',
    billingTime: fields.word('billing_time', BILLING_TIMES) ?? 'calendar',
    subscriptionAt: fields.instant('subscription_at') ?? null,
    endingAt: fields.instant('ending_at') ?? null,
  })
}
