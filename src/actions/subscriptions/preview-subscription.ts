import type { TimeZone } from '../../core/calendar/zone.ts'
import type { Input } from '../../core/input/fields.ts'
import { accepted, invalid, notFound } from '../../core/refusal.ts'
import { type BillingDays, billingDays } from '../../core/subscriptions/billing-days.ts'
import { isEndingAllowed } from '../../core/subscriptions/due.ts'
import { readSubscriptionPreview } from '../../core/subscriptions/preview-input.ts'
import { readPlanParts } from '../../store/billing/subscription-facts.ts'
import { billingEntityOfExternalId, findCustomer } from '../../store/customers.ts'
import { findPlan } from '../../store/plans.ts'
import type { Caller, Context } from '../context.ts'

/** How many bills are shown. */
const BILLS = 3

/**
 * When a subscription that is not made would be billed, in the zone of its customer, and what would never be billed
 * because it starts in the past (docs/rules/periods.md#billing-days). Nothing is written. 404 for an unknown customer
 * or plan, 422 for an end that is over or not after the start.
 */
export async function previewSubscription(
  context: Context,
  caller: Caller,
  input: Input,
): Promise<BillingDays & { readonly zone: TimeZone }> {
  const asked = accepted(readSubscriptionPreview(input))
  const { externalCustomerId, planCode, billingTime, endingAt } = asked
  return context.database.read(caller, async (reads) => {
    const customer = await findCustomer(reads, externalCustomerId)
    if (!customer) throw notFound('customer')
    const plan = await findPlan(reads, planCode)
    const parts = plan && (await readPlanParts(reads, [plan.id])).get(plan.id)
    if (!parts) throw notFound('plan')
    const zone = customer.timezone ?? (await billingEntityOfExternalId(reads, externalCustomerId)).timezone
    const subscriptionAt = asked.subscriptionAt ?? caller.now
    if (endingAt !== null && !isEndingAllowed(endingAt, subscriptionAt, caller.now, zone)) {
      throw invalid({ ending_at: ['invalid_date'] })
    }
    const wish = { plan: parts.plan, billingTime, subscriptionAt, endingAt }
    return { ...billingDays(wish, caller.now, zone, BILLS), zone }
  })
}
