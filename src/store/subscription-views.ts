import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { PlanEntitlement } from '../core/entitlements/resolve.ts'
import { openUsageWindow } from '../core/subscriptions/open-window.ts'
import type { BillMoment } from '../core/subscriptions/subscription.ts'
import type { Window } from '../core/subscriptions/windows.ts'
import { windowsOfMoved } from './billed-windows.ts'
import type { Reads } from './database.ts'
import { effectiveEntitlements, entitlementsOfPlans, entitlingPlanId } from './entitlements.ts'
import { loadPlansForBilling, type PlanWithParts } from './plans.ts'
import type { UsageThresholds } from './rows.ts'
import { momentOf, type SubscriptionState, statesOf } from './subscription-states.ts'
import type { SubscriptionRow } from './subscriptions.ts'

/** What follows a subscription in its chain. */
export type Successor = {
  readonly planCode: string
  readonly status: string
  readonly startedAt: Instant | null
}

/** A subscription with everything that is shown of it. */
export type SubscriptionView = SubscriptionState & {
  /** As billing sees it at the instant of the view; null when it has not started. */
  readonly moment: BillMoment | null
  /** The usage window that the instant lies in, as it was or will be billed; null when it has not started. */
  readonly currentPeriod: Window | null
  readonly billingEntityCode: string
  readonly previousPlanCode: string | null
  /** The most recently created successor that was not canceled. */
  readonly successor: Successor | null
  /** The thresholds that count (metering-and-rating §6.1). */
  readonly thresholds: readonly Selectable<UsageThresholds>[]
}

/** What is shown when one subscription is asked for. */
export type SubscriptionDetails = SubscriptionView & {
  readonly wholePlan: PlanWithParts
  readonly planEntitlements: readonly PlanEntitlement[]
  readonly entitlements: Awaited<ReturnType<typeof effectiveEntitlements>>
}

/** All of one subscription at an instant. */
export async function subscriptionDetails(
  reads: Reads,
  row: SubscriptionRow,
  now: Instant,
): Promise<SubscriptionDetails> {
  const [view] = await viewsOf(reads, [row], now)
  const wholePlan = (await loadPlansForBilling(reads, [row.planId])).get(row.planId)
  if (!view || !wholePlan) throw new Error(`subscription ${row.id} has no plan`)
  const planId = await entitlingPlanId(reads, row.planId)
  return {
    ...view,
    wholePlan,
    planEntitlements: (await entitlementsOfPlans(reads, [planId])).get(planId) ?? [],
    entitlements: await effectiveEntitlements(reads, row),
  }
}

/** What is shown of subscriptions at an instant, in their order, in a fixed number of queries. */
export async function viewsOf(
  reads: Reads,
  rows: readonly SubscriptionRow[],
  now: Instant,
): Promise<SubscriptionView[]> {
  if (rows.length === 0) return []
  const states = await statesOf(reads, rows)
  const entities = await reads.selectFrom('billingEntities').select(['id', 'code']).execute()
  const previousCodes = await previousPlanCodes(reads, rows)
  const successors = await successorsOf(reads, rows)
  const thresholds = await thresholdsOf(reads, states)
  const billed = await windowsOfMoved(
    reads,
    states.map(({ row, zone }) => ({ id: row.id, zone })),
  )
  return states.map((state) => {
    const { row, customer } = state
    const moment = momentOf(state, now)
    const entityId = row.billingEntityId ?? customer.billingEntityId
    return {
      ...state,
      moment,
      currentPeriod: moment && openUsageWindow(moment, billed.get(row.id) ?? []).window,
      billingEntityCode: entities.find(({ id }) => id === entityId)?.code ?? '',
      previousPlanCode: previousCodes.get(row.previousSubscriptionId ?? '') ?? null,
      successor: successors.get(row.id) ?? null,
      thresholds: applicable(state, thresholds),
    }
  })
}

/** The usage thresholds that count for a subscription, the recurring one last (metering-and-rating §6.1). */
export async function applicableThresholds(
  reads: Reads,
  row: SubscriptionRow,
): Promise<readonly Selectable<UsageThresholds>[]> {
  const states = await statesOf(reads, [row])
  const thresholds = await thresholdsOf(reads, states)
  return states.flatMap((state) => applicable(state, thresholds))
}

async function previousPlanCodes(
  reads: Reads,
  rows: readonly SubscriptionRow[],
): Promise<ReadonlyMap<string, string>> {
  const ids = rows.flatMap((row) => row.previousSubscriptionId ?? [])
  if (ids.length === 0) return new Map()
  const found = await reads
    .selectFrom('subscriptions as s')
    .innerJoin('plans as p', 'p.id', 's.planId')
    .select(['s.id', 'p.code'])
    .where('s.id', 'in', ids)
    .execute()
  return new Map(found.map(({ id, code }) => [id, code]))
}

async function successorsOf(
  reads: Reads,
  rows: readonly SubscriptionRow[],
): Promise<ReadonlyMap<string, Successor>> {
  const found = await reads
    .selectFrom('subscriptions as s')
    .innerJoin('plans as p', 'p.id', 's.planId')
    .select(['s.previousSubscriptionId', 's.status', 's.startedAt', 'p.code as planCode'])
    .where(
      's.previousSubscriptionId',
      'in',
      rows.map((row) => row.id),
    )
    .where('s.status', '<>', 'canceled')
    .orderBy('s.createdAt')
    .orderBy('s.id')
    .execute()
  // A later one replaces an earlier one.
  return new Map(found.map(({ previousSubscriptionId, ...next }) => [previousSubscriptionId ?? '', next]))
}

async function thresholdsOf(
  reads: Reads,
  states: readonly SubscriptionState[],
): Promise<readonly Selectable<UsageThresholds>[]> {
  const planIds = states.flatMap(({ plan }) =>
    plan.parentId === null ? [plan.id] : [plan.id, plan.parentId],
  )
  return reads
    .selectFrom('usageThresholds')
    .selectAll()
    .where((eb) =>
      eb.or([
        eb(
          'subscriptionId',
          'in',
          states.map(({ row }) => row.id),
        ),
        eb('planId', 'in', planIds),
      ]),
    )
    .where('deletedAt', 'is', null)
    .orderBy('isRecurring')
    .orderBy('amountCents')
    .orderBy('id')
    .execute()
}

function applicable(
  state: SubscriptionState,
  thresholds: readonly Selectable<UsageThresholds>[],
): readonly Selectable<UsageThresholds>[] {
  const { row, plan } = state
  if (row.progressiveBillingDisabled) return []
  const own = thresholds.filter(({ subscriptionId }) => subscriptionId === row.id)
  if (own.length > 0) return own
  const planned = thresholds.filter(({ planId }) => planId === plan.id)
  return planned.length > 0 || plan.parentId === null
    ? planned
    : thresholds.filter(({ planId }) => planId === plan.parentId)
}
