import type { SubscriptionFacts } from '../../core/billing/snapshot.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import { type BilledWindow, openUsageWindow } from '../../core/subscriptions/open-window.ts'
import type { Reads } from '../../store/database.ts'
import { type ListedSubscription, viewsOf } from '../../store/subscription-views.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { PreviewCustomer } from './preview-customer.ts'
import type { KnownFacts, Scene } from './preview-scene.ts'

/** The views of a scene's subscriptions that exist; of those that run, everything is known already. */
export async function viewsOfScene(
  reads: Reads,
  { rows }: Scene,
  known: KnownFacts,
  customer: PreviewCustomer,
  now: Instant,
): Promise<readonly ListedSubscription[]> {
  const { facts } = known.subscriptions
  const waiting = await viewsOf(
    reads,
    rows.filter(({ id }) => !facts.has(id)),
    now,
  )
  const running = rows.flatMap((row) => {
    const own = facts.get(row.id)
    return own ? [viewOf(row, own, known, customer, now)] : []
  })
  return [...running, ...waiting]
}

function viewOf(
  row: SubscriptionRow,
  { plan: billingPlan, billing }: SubscriptionFacts,
  known: KnownFacts,
  { facts, entityCodes, shown }: PreviewCustomer,
  now: Instant,
): ListedSubscription {
  const plan = known.subscriptions.plans.get(row.planId)
  if (!plan || shown.kind !== 'known') throw new Error(`subscription ${row.id} has no plan or customer`)
  const { customer } = shown.details
  const { zone } = facts
  const moment = { plan: billingPlan, subscription: billing, at: now, zone }
  const successor = known.followers.findLast(({ previousSubscriptionId: id }) => id === row.id)
  return {
    row,
    plan,
    customer,
    zone,
    initialStartedAt: billing.initialStartedAt,
    moment,
    currentPeriod: openUsageWindow(moment, windowsOfMoved(row.id, known, zone)).window,
    billingEntityCode: entityCodes.get(row.billingEntityId ?? customer.billingEntityId) ?? '',
    previousPlanCode: known.previousCodes.get(row.previousSubscriptionId ?? '') ?? null,
    successor: successor ?? null,
    activationRules: known.rules.filter(({ subscriptionId }) => subscriptionId === row.id),
  }
}

/** The charges windows of periodic bills, if any was made in another zone; none when the customer never moved. */
function windowsOfMoved(id: string, { histories }: KnownFacts, zone: string): readonly BilledWindow[] {
  const periods = (histories.get(id)?.periods ?? []).filter(({ isPeriodic }) => isPeriodic)
  if (periods.every((period) => period.zone === zone)) return []
  return periods.flatMap(({ charges, zone: of }) => (charges === null ? [] : [{ ...charges, zone: of }]))
}
