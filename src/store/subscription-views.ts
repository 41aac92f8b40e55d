import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { EffectiveEntitlement, PlanEntitlement } from '../core/entitlements/resolve.ts'
import { openUsageWindow } from '../core/subscriptions/open-window.ts'
import type { BillMoment } from '../core/subscriptions/subscription.ts'
import type { Window } from '../core/subscriptions/windows.ts'
import { type ActivationRuleRow, activationRulesOf } from './activation-rules.ts'
import { windowsOfMoved } from './billed-windows.ts'
import type { Reads } from './database.ts'
import { entitlementsOn, NOTHING_CHANGED, readEntitlementChanges } from './entitlements.ts'
import { type SelectedSection, selectedSections } from './invoice-custom-sections.ts'
import { loadPlansForBilling, type PlanWithParts, planWithParts } from './plans.ts'
import type { UsageThresholds } from './rows.ts'
import { billMomentOf, type SubscribedPlan, type SubscriptionState, statesOf } from './subscription-states.ts'
import type { SubscriptionRow } from './subscriptions.ts'
import { anyOf, groupedBy } from './values.ts'

/** The successor of a subscription. */
export type Successor = {
  readonly planCode: string
  readonly status: string
  readonly startedAt: Instant | null
}

/** A subscription with everything that the API shows. */
export type SubscriptionView = SubscriptionState & {
  /** For billing at the instant of the view; null when it has not started. */
  readonly moment: BillMoment | null
  /** The usage window containing the instant, as it was or will be billed; null when it has not started. */
  readonly currentPeriod: Window | null
  readonly billingEntityCode: string
  readonly previousPlanCode: string | null
  /** The most recently created successor that was not canceled. */
  readonly successor: Successor | null
  /** The thresholds that apply (docs/rules/progressive-billing.md#thresholds). */
  readonly thresholds: readonly ThresholdRow[]
  readonly activationRules: readonly ActivationRuleRow[]
}

/** A subscription as lists and invoices show it, for which thresholds do not matter. */
export type ListedSubscription = Omit<SubscriptionView, 'thresholds'>

/** What the API shows for a single subscription. */
export type SubscriptionDetails = SubscriptionView & {
  readonly wholePlan: PlanWithParts
  readonly planEntitlements: readonly PlanEntitlement[]
  readonly entitlements: readonly EffectiveEntitlement[]
  /** The custom sections that it selected. */
  readonly sections: readonly SelectedSection[]
}

/** The full view of one subscription at an instant. */
export async function subscriptionDetails(
  reads: Reads,
  row: SubscriptionRow,
  now: Instant,
): Promise<SubscriptionDetails> {
  const own = readEntitlementChanges(reads, row.id)
  const [[view], plans, sections] = await Promise.all([
    viewsOf(reads, [row], now),
    loadPlansForBilling(reads, [row.planId]),
    selectedSections(reads, [row.id]),
    own,
  ])
  const wholePlan = plans.get(row.planId)
  if (!view || !wholePlan) throw new Error(`subscription ${row.id} has no plan`)
  const { ofPlan, effective } = await entitlementsOn(reads, wholePlan.parentId ?? wholePlan.id, own)
  return { ...view, wholePlan, planEntitlements: ofPlan, entitlements: effective, sections }
}

/** What the response for a new subscription needs from its plan. */
export type PlanOfCreated = Pick<SubscriptionDetails, 'wholePlan' | 'planEntitlements' | 'entitlements'>

/** What a subscription without overrides or removals gets from its plan. */
export async function planOfCreated(reads: Reads, plan: SubscribedPlan): Promise<PlanOfCreated> {
  const [wholePlan, { ofPlan, effective }] = await Promise.all([
    planWithParts(reads, plan),
    entitlementsOn(reads, plan.parentId ?? plan.id, NOTHING_CHANGED),
  ])
  return { wholePlan, planEntitlements: ofPlan, entitlements: effective }
}

/**
 * The full view of a subscription that this transaction created and has not billed, without querying for things that
 * cannot exist yet. It has the thresholds it was created with, otherwise its plan's.
 */
export function createdDetails(
  state: SubscriptionState,
  plan: PlanOfCreated,
  more: {
    readonly billingEntityCode: string
    readonly ownThresholds: readonly ThresholdRow[]
    readonly sections: readonly SelectedSection[]
    readonly activationRules: readonly ActivationRuleRow[]
    readonly now: Instant
  },
): SubscriptionDetails {
  const moment = billMomentOf(state, more.now)
  const { ownThresholds } = more
  const counting = ownThresholds.length > 0 ? ownThresholds : plan.wholePlan.applicableThresholds
  return {
    ...state,
    ...plan,
    moment,
    currentPeriod: moment && openUsageWindow(moment, []).window,
    billingEntityCode: more.billingEntityCode,
    sections: more.sections,
    activationRules: more.activationRules,
    previousPlanCode: null,
    successor: null,
    thresholds: state.row.progressiveBillingDisabled ? [] : counting,
  }
}

/** Views of subscriptions at an instant, in the given order, in a fixed number of queries. */
export async function viewsOf(
  reads: Reads,
  rows: readonly SubscriptionRow[],
  now: Instant,
): Promise<SubscriptionView[]> {
  if (rows.length === 0) return []
  const [states, entities, previousCodes, successors, rules] = await Promise.all([
    statesOf(reads, rows),
    reads.selectFrom('billingEntities').select(['id', 'code']).execute(),
    previousPlanCodes(reads, rows),
    successorsOf(reads, rows),
    activationRulesOf(
      reads,
      rows.map(({ id }) => id),
    ),
  ])
  const rulesById = groupedBy(rules, ({ subscriptionId }) => subscriptionId)
  const zoned = states.map(({ row, zone }) => ({ id: row.id, zone }))
  const [thresholds, billed] = await Promise.all([thresholdsOf(reads, states), windowsOfMoved(reads, zoned)])
  const codes = new Map(entities.map(({ id, code }) => [id, code]))
  return states.map((state) => {
    const { row, customer } = state
    const moment = billMomentOf(state, now)
    return {
      ...state,
      moment,
      currentPeriod: moment && openUsageWindow(moment, billed.get(row.id) ?? []).window,
      billingEntityCode: codes.get(row.billingEntityId ?? customer.billingEntityId) ?? '',
      previousPlanCode: previousCodes.get(row.previousSubscriptionId ?? '') ?? null,
      successor: successors.get(row.id) ?? null,
      thresholds: applicable(state, thresholds),
      activationRules: rulesById.get(row.id) ?? [],
    }
  })
}

/**
 * The usage thresholds that apply to a subscription, the recurring one last
 * (docs/rules/progressive-billing.md#thresholds).
 */
export async function applicableThresholds(
  reads: Reads,
  row: SubscriptionRow,
): Promise<readonly ThresholdRow[]> {
  const states = await statesOf(reads, [row])
  const thresholds = await thresholdsOf(reads, states)
  return states.flatMap((state) => applicable(state, thresholds))
}

/** The codes of the plans of the subscriptions that others followed, by their ids. */
export async function previousPlanCodes(
  reads: Reads,
  rows: readonly SubscriptionRow[],
): Promise<ReadonlyMap<string, string>> {
  const ids = rows.flatMap((row) => row.previousSubscriptionId ?? [])
  if (ids.length === 0) return new Map()
  const found = await reads
    .selectFrom('subscriptions as s')
    .innerJoin('plans as p', 'p.id', 's.planId')
    .select(['s.id', 'p.code'])
    .where('s.id', '=', anyOf(ids))
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
    .where('s.previousSubscriptionId', '=', anyOf(rows.map((row) => row.id)))
    .where('s.status', '<>', 'canceled')
    .orderBy('s.createdAt')
    .orderBy('s.id')
    .execute()
  // A later one replaces an earlier one.
  return new Map(found.map(({ previousSubscriptionId, ...next }) => [previousSubscriptionId ?? '', next]))
}

type ThresholdRow = Selectable<UsageThresholds>

/** Thresholds by the id of their subscription or plan. */
type Thresholds = ReadonlyMap<string, readonly ThresholdRow[]>

async function thresholdsOf(reads: Reads, states: readonly SubscriptionState[]): Promise<Thresholds> {
  const planIds = states.flatMap(({ plan }) => [plan.id, plan.parentId ?? plan.id])
  const rows = await selectThresholds(reads)
    .where((eb) =>
      eb.or([
        eb('subscriptionId', '=', anyOf(states.map(({ row }) => row.id))),
        eb('planId', '=', anyOf([...new Set(planIds)])),
      ]),
    )
    .execute()
  return groupedBy(rows, ({ subscriptionId, planId }) => subscriptionId ?? planId ?? '')
}

/** A subscription's own thresholds. */
export async function ownThresholds(reads: Reads, row: SubscriptionRow): Promise<readonly ThresholdRow[]> {
  return selectThresholds(reads).where('subscriptionId', '=', row.id).execute()
}

function selectThresholds(reads: Reads) {
  return reads
    .selectFrom('usageThresholds')
    .selectAll()
    .where('deletedAt', 'is', null)
    .orderBy('isRecurring')
    .orderBy('amountCents')
    .orderBy('id')
}

function applicable({ row, plan }: SubscriptionState, thresholds: Thresholds): readonly ThresholdRow[] {
  if (row.progressiveBillingDisabled) return []
  return thresholds.get(row.id) ?? thresholds.get(plan.id) ?? thresholds.get(plan.parentId ?? '') ?? []
}
