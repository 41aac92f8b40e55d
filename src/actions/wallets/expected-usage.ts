import type { CustomerFacts, SubscriptionFacts } from '../../core/billing/snapshot.ts'
import { type Instant, instant } from '../../core/calendar/instant.ts'
import { planSubscriptionUsage, rateSubscriptionUsage } from '../../core/rating/rate-subscription.ts'
import { openUsageWindow } from '../../core/subscriptions/open-window.ts'
import type { UsageWindow } from '../../core/subscriptions/windows.ts'
import type { UsageAmount } from '../../core/wallets/ongoing-balance.ts'
import { laterCharges, usageAmounts } from '../../core/wallets/usage-amounts.ts'
import { windowsOfMoved } from '../../store/billed-windows.ts'
import { readCustomerFacts } from '../../store/billing/customer-facts.ts'
import { readSubscriptionFacts } from '../../store/billing/subscription-facts.ts'
import { readTaxesOfBills } from '../../store/billing/taxes-of-bills.ts'
import type { Reads } from '../../store/database.ts'
import { answerUsages } from '../../store/events/usage.ts'
import { activeSubscriptionsOf, draftAmounts, progressiveAmounts } from '../../store/ongoing-balances.ts'

/** A subscription whose usage is open, with its customer. */
type OpenUsage = {
  readonly customer: CustomerFacts
  readonly subscription: SubscriptionFacts
  readonly open: UsageWindow
}

/**
 * What customers have used and not paid yet, by customer id: the usage of their active subscriptions less what
 * progressive invoices billed of it, and their drafts (docs/rules/ongoing-balance.md#what-counts). A fixed number of
 * statements for any number of customers.
 */
export async function expectedUsage(
  reads: Reads,
  customerIds: readonly string[],
  now: Instant,
): Promise<ReadonlyMap<string, readonly UsageAmount[]>> {
  const [active, drafts] = await Promise.all([
    activeSubscriptionsOf(reads, customerIds),
    draftAmounts(reads, customerIds),
  ])
  const opened = await openUsages(reads, active, now)
  const [current, progressive] = await Promise.all([
    currentAmounts(reads, opened),
    progressiveAmounts(
      reads,
      opened.map(({ subscription, open }) => ({ subscriptionId: subscription.id, window: open.window })),
    ),
  ])
  return new Map(
    customerIds.map((id) => [id, [current, drafts, progressive].flatMap((amounts) => amounts.get(id) ?? [])]),
  )
}

async function openUsages(
  reads: Reads,
  active: readonly { readonly id: string; readonly customerId: string }[],
  now: Instant,
): Promise<readonly OpenUsage[]> {
  if (active.length === 0) return []
  const ownerOf = new Map(active.map(({ id, customerId }) => [id, customerId]))
  const [{ customers }, subscriptions] = await Promise.all([
    readCustomerFacts(reads, [...new Set(ownerOf.values())]),
    readSubscriptionFacts(reads, [...ownerOf.keys()]),
  ])
  const found = [...subscriptions.values()].flatMap((subscription) => {
    const customer = customers.get(ownerOf.get(subscription.id) ?? '')
    return customer ? [{ customer, subscription }] : []
  })
  const zoned = found.map(({ customer, subscription }) => ({ id: subscription.id, zone: customer.zone }))
  const billed = await windowsOfMoved(reads, zoned)
  return found.map(({ customer, subscription }) => {
    const { plan, billing } = subscription
    // An event wishes for a refresh as of its own instant, and the subscription may have started since.
    const at = instant(Math.max(now, billing.startedAt))
    const moment = { plan, subscription: billing, at, zone: customer.zone }
    return { customer, subscription, open: openUsageWindow(moment, billed.get(subscription.id) ?? []) }
  })
}

/** What is used by charges that are billed later, priced as current usage is; all usage is read at once. */
async function currentAmounts(
  reads: Reads,
  opened: readonly OpenUsage[],
): Promise<ReadonlyMap<string, readonly UsageAmount[]>> {
  const amounts = new Map<string, UsageAmount[]>()
  const planned = opened.map(({ customer, subscription, open }) =>
    planSubscriptionUsage({
      subscription,
      charges: laterCharges(subscription),
      window: open.window,
      durationDays: open.durationDays,
      zone: customer.zone,
      purpose: 'current',
    }),
  )
  const queries = planned.flatMap((each) => each.queries)
  if (queries.length === 0) return amounts
  const customers = new Map(opened.map(({ customer }) => [customer.id, customer]))
  const [answers, taxes] = await Promise.all([
    answerUsages(reads, queries),
    readTaxesOfBills(
      reads,
      customers,
      opened.map(({ subscription }) => subscription),
    ),
  ])
  let next = 0
  for (const [place, { customer, subscription }] of opened.entries()) {
    const plan = planned[place]
    if (!plan) continue
    const own = answers.slice(next, next + plan.queries.length)
    next += plan.queries.length
    const rated = rateSubscriptionUsage(plan, own)
    const list = amounts.get(customer.id) ?? []
    list.push(...usageAmounts(subscription, customer, rated, taxes))
    amounts.set(customer.id, list)
  }
  return amounts
}
